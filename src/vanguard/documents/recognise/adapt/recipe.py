"""Teaches Tesseract's Arabic data: `python -m vanguard.documents.recognise.adapt.recipe BASE -o ara.traineddata`.

It does not know who reads with it. Pages are drawn by chance from one seed: faces and texts of the training split, one
family and one section in eight kept aside to choose settings on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import torch

from vanguard.documents.recognise.adapt import charset, container, dictionary, network
from vanguard.documents.recognise.adapt.batches import labelled
from vanguard.documents.recognise.adapt.learn import Course, train
from vanguard.documents.recognise.adapt.lines import Example, page_of_lines
from vanguard.documents.recognise.adapt.net import LineNet, loaded, store, widened
from vanguard.documents.recognise.adapt.texts import KEPT_ASIDE, corpus
from vanguard.documents.synth.dice import one_in
from vanguard.documents.synth.fonts.face import FaceId
from vanguard.documents.synth.fonts.found import find
from vanguard.documents.synth.text.source import load

_MILLION = 1_000_000
_SAID_EVERY = 50


@dataclass(frozen=True)
class Recipe:
    """All that a training is made of, but for the libraries and the data that it goes on from.

    Attributes:
        pages: of some thirty lines each.
    """

    pages: int = 2000
    course: Course = field(default_factory=Course)


def faces_of(*, aside: bool) -> tuple[FaceId, ...]:
    """Faces of the training split: those kept aside, or the others."""
    faces = find().of("train")
    return tuple(face for face in faces if one_in(KEPT_ASIDE, "adapt", face.family) == aside)


def examples(base: bytes, seed: int, pages: int, *, aside: bool = False) -> list[Example]:
    """Lines of so many pages; those kept aside have other seeds, faces and texts."""
    parts = container.unpacked(base)
    known = list(
        dictionary.words(parts[container.WORDS], charset.letters(parts[container.UNICHARSET]))
    )
    texts, faces = corpus(known, aside=aside), faces_of(aside=aside)
    first = (2 * seed + aside) * 10 * _MILLION
    return [line for page in range(pages) for line in page_of_lines(first + page, faces, texts)]


def begun(base: bytes) -> tuple[dict[int, bytes], network.Network, LineNet]:
    """The data's parts with more letters, their network, and the net that can say them."""
    parts = container.unpacked(base)
    before = charset.letters(parts[container.UNICHARSET])
    parts[container.UNICHARSET], parts[container.RECODER] = charset.extended(
        parts[container.UNICHARSET], parts[container.RECODER]
    )
    after = charset.letters(parts[container.UNICHARSET])
    like = {
        after.index(new): after.index(old) for new, old in charset.LIKE.items() if new not in before
    }
    found = network.parsed(parts[container.LSTM])
    return parts, found, widened(loaded(found), len(after), like)


def finished(parts: dict[int, bytes], found: network.Network, net: LineNet) -> bytes:
    """The data with the net's weights, as whole numbers."""
    store(net, found)
    network.to_integers(found)
    made = dict(parts)
    made[container.LSTM] = network.written(found)
    made[container.VERSION] = parts[container.VERSION].partition(b";")[0] + b";adapted by vanguard"
    return container.packed(made)


def make(base: bytes, recipe: Recipe, target: Path) -> None:
    """Teaches, and writes the data to `target`, beside it a JSON file that says where it is from."""
    began = time.process_time()
    parts, found, net = begun(base)
    letters = charset.letters(parts[container.UNICHARSET])
    lines = labelled(examples(base, recipe.course.seed, recipe.pages), letters)
    _say(f"{len(lines)} lines")
    losses: list[float] = []

    def said(step: int, loss: float) -> None:
        losses.append(loss)
        if step % _SAID_EVERY == 0 or step == recipe.course.steps:
            recent = losses[-_SAID_EVERY:]
            _say(f"step {step}: loss {sum(recent) / len(recent):.4f}")

    train(net, lines, found.null, recipe.course, said)
    data = finished(parts, found, net)
    target.write_bytes(data)
    about = {
        "what": "Tesseract's Arabic data (tessdata_best as whole numbers), taught on generated pages",
        "changed": "the network's weights, and its list of letters; the dictionary is as it was",
        "command": "python -m vanguard.documents.recognise.adapt.recipe",
        "date": datetime.now(UTC).date().isoformat(),
        "base_sha256": hashlib.sha256(base).hexdigest(),
        "recipe": asdict(recipe),
        "lines": len(lines),
        "losses": [round(one, 4) for one in losses[::_SAID_EVERY]],
        "cpu_s": round(time.process_time() - began),
        **description(data),
    }
    write_about(target.with_suffix(".json"), about)


def description(data: bytes) -> dict[str, object]:
    """What can be said of the data whoever made them: size, hash, letters, faces, texts, licence."""
    return {
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "more_letters": charset.MORE,
        "libraries": {"torch": torch.__version__},
        "fonts": [{"name": face.name, "licence": face.licence} for face in faces_of(aside=False)],
        "texts": sorted({f"{one.source}: {one.licence}" for one in load().of("train").sections}),
        "licence": "Apache-2.0",
    }


def write_about(path: Path, about: dict[str, object]) -> None:
    """The JSON file beside the data."""
    path.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's progress


def main(arguments: Sequence[str]) -> int:
    """Teaches as asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("base", type=Path, help="ara.traineddata to go on from")
    parser.add_argument("--pages", type=int, default=Recipe.pages)
    parser.add_argument("--steps", type=int, default=Course.steps)
    parser.add_argument("--seed", type=int, default=Course.seed)
    parser.add_argument("-o", "--output", type=Path, default=Path("adapted.traineddata"))
    asked = parser.parse_args(arguments)
    recipe = Recipe(asked.pages, Course(asked.seed, asked.steps))
    make(asked.base.read_bytes(), recipe, asked.output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
