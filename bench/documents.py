"""Reads generated pages of every kind, by picture and by text layer, beside plain Tesseract.

    python -m bench.documents [--pages 4] [--seed 11] [--kinds plain,ruled_table] [--record]

Fonts and texts are those held out from training. Each page is read in this process, so that
its CPU time is its own; truth is the page's Markdown. `--record` writes docs/benchmarks-documents.md and the
README's table of aims.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import cv2
from PIL import Image

from bench.report.pages import embedded
from vanguard.documents.engines.tesseract import Tesseract
from vanguard.documents.evaluate.run import Settings, evaluate
from vanguard.documents.evaluate.sources.files import pair
from vanguard.documents.formats.markdown import to_markdown
from vanguard.documents.page import Document, Page
from vanguard.documents.reading.blocks import gather
from vanguard.documents.reading.stages import ReadPage
from vanguard.documents.reading.values import PageOfFile
from vanguard.documents.synth.make import MadePage, make_page, prepare
from vanguard.documents.synth.pages.kinds import KINDS
from vanguard.store.flow.blobs import FolderBlobs

ROOT = Path(__file__).resolve().parent.parent
PAGE, README = ROOT / "docs" / "benchmarks-documents.md", ROOT / "README.md"
READERS = ("Tesseract", "picture", "text layer")
Rows = Mapping[tuple[str, str], "Row"]


@dataclass
class Row:
    """One kind of page by one reader."""

    cpu_s: list[float] = field(default_factory=list)
    cer: float = 0.0
    wer: float = 0.0
    numbers: float | None = None
    teds: float | None = None
    failed: int = 0


def main(arguments: list[str]) -> int:
    """Measures and prints; 1 when there is no font to make pages with."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=4, help="of each kind")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--kinds", default="", help="names, comma-separated; else all")
    parser.add_argument("--record", action="store_true", help="write it into docs and README")
    asked = parser.parse_args(arguments)
    kinds = asked.kinds.split(",") if asked.kinds else list(KINDS)
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), kinds, asked.pages, asked.seed)
    text, reached = table(rows), aims(rows)
    print(f"{reached}\n\n{text}")
    if asked.record:
        PAGE.write_text(page(f"{reached}\n\n{text}", asked.pages, asked.seed), "utf-8")
        kept = README.read_text("utf-8")
        README.write_text(embedded(README, kept, f"{reached}\n", "documents"), "utf-8")
    return 0


def measure(folder: Path, kinds: list[str], pages: int, seed: int) -> dict[tuple[str, str], Row]:
    """A row for each kind and reader."""
    rows: dict[tuple[str, str], Row] = defaultdict(Row)
    readers = _readers(folder)
    settings = prepare("held_out")
    for kind in kinds:
        for number in range(pages):
            made = make_page(kind, seed * 1000 + number, settings)
            _write(folder, made)
            _keep(folder / kind / "truth" / f"{number}.md", to_markdown(made.document))
            for name, read in readers.items():
                began = time.process_time()
                found = read(made)
                rows[kind, name].cpu_s.append(time.process_time() - began)
                _keep(folder / kind / name / f"{number}.md", to_markdown(Document((found,))))
        for name in readers:
            _score(folder / kind, name, rows[kind, name])
        print(f"· {kind}", file=sys.stderr, flush=True)
    return rows


def _readers(folder: Path) -> dict[str, Callable[[MadePage], Page]]:
    plain, blobs, stage = Tesseract("ara"), FolderBlobs(folder / "blobs"), ReadPage()

    def tesseract(made: MadePage) -> Page:
        grey = cv2.cvtColor(made.image, cv2.COLOR_RGB2GRAY)
        return Page(1, 595, 842, gather(plain.read(grey, "page"), "tesseract", ()))

    def picture(made: MadePage) -> Page:
        return read(PageOfFile(blobs.link(_file(folder, made, "png")).sha256, "image", 1))

    def text_layer(made: MadePage) -> Page:
        return read(PageOfFile(blobs.link(_file(folder, made, "pdf")).sha256, "pdf", 1))

    def read(value: PageOfFile) -> Page:
        (found,) = stage.process([value], blobs)
        assert isinstance(found.value, Page)
        return found.value

    return dict(zip(READERS, (tesseract, picture, text_layer), strict=True))


def _file(folder: Path, made: MadePage, suffix: str) -> Path:
    return folder / f"{made.kind}-{made.seed}.{suffix}"


def _write(folder: Path, made: MadePage) -> None:
    """What readers are given: to write it is no part of reading."""
    picture = Image.fromarray(made.image)
    picture.save(_file(folder, made, "png"), dpi=(made.dpi, made.dpi))
    _file(folder, made, "pdf").write_bytes(made.pdf)


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _score(folder: Path, name: str, row: Row) -> None:
    found = evaluate(pair(folder / name, folder / "truth"), Settings(draws=0))
    row.cer, row.wer = found.cer.micro, found.wer.micro
    row.numbers, row.teds = found.figures["numbers_exact"], found.figures["teds"]
    row.failed = found.failed


def aims(rows: Rows) -> str:
    """Markdown: a line for each aim whose kinds were measured."""
    lines = ["| aim on held-out pages | at most | measured | |", "|---|---:|---:|---|"]
    for kind, aim in (
        ("plain", 0.02),
        ("two_columns", 0.04),
        ("vocalised", 0.30),
        ("ruled_table", 0.10),
        ("skewed_scan", 0.03),
    ):
        if (kind, "picture") in rows:
            name = f"{kind.replace('_', ' ')}, by picture: CER"
            lines.append(_aim(name, aim, rows[kind, "picture"].cer, 3))
    for reader, seconds, places in (("picture", 3.0, 1), ("text layer", 0.3, 2)):
        of = [row for (_, name), row in rows.items() if name == reader]
        if reader == "text layer":
            worst = max(row.cer for row in of)
            lines.append(_aim("text layers, the worst kind: CER", 0.02, worst, 3))
        slowest = max(_mean(row.cpu_s) for row in of)
        lines.append(_aim(f"CPU s a page by {reader}, the slowest kind", seconds, slowest, places))
    failed = sum(row.failed for (_, name), row in rows.items() if name != "Tesseract")
    lines.append(_aim("failed pages", 0, failed, 0))
    if (numbers := rows.get(("ruled_table", "picture"), Row()).numbers) is not None:
        lines.append(_aim("numbers in ruled tables that are wrong", 0.05, 1 - numbers, 2))
    return "\n".join(lines)


def _aim(name: str, aim: float, measured: float, places: int) -> str:
    verdict = "reached" if round(measured, places) <= aim else "**not reached**"
    return f"| {name} | {aim:.{places}f} | {measured:.{places}f} | {verdict} |"


def table(rows: Rows) -> str:
    """Markdown: a line for each kind."""
    lines = [
        "| kind of page | plain Tesseract: CER | picture: CER / WER | numbers | TEDS | CPU s | text layer: CER | numbers | CPU s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(kind for kind, _ in rows):
        plain, picture, layer = (rows[kind, name] for name in READERS)
        lines.append(
            f"| {kind.replace('_', ' ')} | {plain.cer:.3f} | {picture.cer:.3f} / {picture.wer:.3f}"
            f" | {_share(picture.numbers)} | {_share(picture.teds)} | {_mean(picture.cpu_s):.1f}"
            f" | {layer.cer:.3f} | {_share(layer.numbers)} | {_mean(layer.cpu_s):.2f} |"
        )
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def page(text: str, pages: int, seed: int) -> str:
    """The page that is kept."""
    day = datetime.now(UTC).date()
    return f"""# How well documents are read

<!-- Written by `python -m bench.documents --record`. -->

Generated pages with exact truth, {pages} of each kind (seed {seed}), with fonts and texts that are held out from training
(`--split held-out`), measured on {day}. The thresholds of layout and tables were set by looking at other pages of the same
generator; nothing here is a real scan. *Picture* reads the page's image (200 dpi; scans 100 to 150), *text layer* the
born-digital PDF of the same page, whose lines the generator paints in reading order; *plain Tesseract* reads the same image
with the same Arabic data and nothing around it. CER and WER by the profile `strict`, over all pages of a kind; numbers: share
of number tokens that are exactly right.

{text}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
