"""Makes `data/recognisers/numbers.onnx` and says how: `python -m vanguard.documents.recognise.train.recipe`.

It does not know who reads with it. Everything is drawn by chance from one seed: fonts and texts of the
training split, one family in eight kept aside to choose thresholds on.
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

import onnxruntime
import torch

from vanguard.documents.recognise.alphabet import CLASSES, LETTERS
from vanguard.documents.recognise.train.corpus import Corpus
from vanguard.documents.recognise.train.export import to_onnx
from vanguard.documents.recognise.train.learn import Course, train
from vanguard.documents.recognise.train.split import chips, faces_of
from vanguard.documents.synth.text.source import load


@dataclass(frozen=True)
class Recipe:
    """All that a training is made of, but for the libraries.

    Attributes:
        pages: of some 240 words each.
    """

    pages: int = 320
    course: Course = field(default_factory=Course)


def make(recipe: Recipe, target: Path) -> None:
    """Trains, and writes the net to `target`, beside it a JSON file that says where it is from."""
    began = time.process_time()
    corpus = Corpus(chips(recipe.course.seed, recipe.pages))
    _say(f"{len(corpus)} strips")
    losses: list[float] = []

    def said(epoch: int, loss: float) -> None:
        losses.append(round(loss, 4))
        _say(f"epoch {epoch}: loss {loss:.4f}")

    net = train(corpus, CLASSES, recipe.course, said)
    data = to_onnx(net)
    target.write_bytes(data)
    about = {
        "what": "a reader of single printed numbers, trained on generated pages alone",
        "command": "python -m vanguard.documents.recognise.train.recipe",
        "date": datetime.now(UTC).date().isoformat(),
        "recipe": asdict(recipe),
        "strips": len(corpus),
        "parameters": sum(one.numel() for one in net.parameters()),
        "losses": losses,
        "cpu_s": round(time.process_time() - began),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "letters": LETTERS,
        "libraries": {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__},
        "fonts": [{"name": face.name, "licence": face.licence} for face in faces_of(aside=False)],
        "texts": sorted({f"{one.source}: {one.licence}" for one in load().of("train").sections}),
        "licence": "Apache-2.0",
    }
    target.with_suffix(".json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's progress


def main(arguments: Sequence[str]) -> int:
    """Trains as asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=Recipe.pages)
    parser.add_argument("--epochs", type=int, default=Course.epochs)
    parser.add_argument("--seed", type=int, default=Course.seed)
    parser.add_argument("-o", "--output", type=Path, default=Path("numbers.onnx"))
    asked = parser.parse_args(arguments)
    make(Recipe(asked.pages, Course(asked.seed, asked.epochs)), asked.output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
