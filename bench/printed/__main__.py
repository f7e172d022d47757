"""Prints the known pages with every program that is here, reads them, and scores what was read.

    python -m bench.printed OUT [--programs Chromium,Typst] [--ways layer,150,200,300,photo] [--face amiri]

OUT keeps PDFs, pictures and Markdown, to be looked at side by side. A program that is not here is named.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.printed import read
from bench.printed.content import SHEETS, Sheet, truth
from bench.printed.programs.contract import AMIRI, NASKH, Face, Program
from bench.printed.programs.registry import PROGRAMS
from vanguard.documents.evaluate.run import Settings, evaluate
from vanguard.documents.evaluate.sources.files import pair
from vanguard.store.flow.blobs import FolderBlobs

WAYS = ("layer", "150", "200", "300", "photo")
FACES = {"amiri": AMIRI, "naskh": NASKH}


def main(arguments: list[str]) -> int:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--programs", default="", help="names, comma-separated; else all")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--face", choices=FACES, default="amiri")
    asked = parser.parse_args(arguments)
    wanted = asked.programs.split(",") if asked.programs else [one.name for one in PROGRAMS]
    ways = asked.ways.split(",")
    for sheet in SHEETS:
        read.kept(truth(sheet), asked.out / "truth" / f"{sheet.name}.md")
    print(
        f"| printed by | {' | '.join(f'{way}: {sheet.name}' for way in ways for sheet in SHEETS)} |"
    )
    print("|---" * (1 + len(ways) * len(SHEETS)) + "|")
    for program in PROGRAMS:
        if program.name not in wanted:
            continue
        if absent := program.missing():
            print(f"| {program.name}: not here: {absent} |")
            continue
        rates = measure(program, FACES[asked.face], ways, asked.out)
        print(f"| {program.name} | {' | '.join(rates)} |", flush=True)
    return 0


def measure(program: Program, face: Face, ways: list[str], out: Path) -> list[str]:
    """A rate for each way and sheet."""
    folder = out / program.name.replace(" ", "_")
    (folder / "pdf").mkdir(parents=True, exist_ok=True)
    blobs = FolderBlobs(out / "blobs")
    for sheet in printed(program):
        program.print(sheet, face, folder / "pdf" / f"{sheet.name}.pdf")
        for way in ways:
            _read(folder, way, sheet, blobs)
    return [_rate(out, folder, way, sheet) for way in ways for sheet in SHEETS]


def printed(program: Program) -> list[Sheet]:
    """The pages that a program can print."""
    return [sheet for sheet in SHEETS if program.name != "Pango and Cairo" or sheet.name == "prose"]


def _read(folder: Path, way: str, sheet: Sheet, blobs: FolderBlobs) -> None:
    pdf = folder / "pdf" / f"{sheet.name}.pdf"
    target = folder / way / f"{sheet.name}.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    if way == "layer":
        read.kept(read.layer(pdf, blobs), target)
        return
    image = target.with_suffix(".png")
    if way == "photo":
        read.draw(pdf, image, read.PHOTO_DPI, photo=True)
    else:
        read.draw(pdf, image, int(way))
    read.kept(read.picture(image, blobs), target)


def _rate(out: Path, folder: Path, way: str, sheet: Sheet) -> str:
    found = folder / way / f"{sheet.name}.md"
    if not found.exists():
        return "–"
    score = evaluate(pair(found, out / "truth" / f"{sheet.name}.md"), Settings(draws=0))
    numbers, teds = score.figures["numbers_exact"], score.figures["teds"]
    parts = [f"{score.cer.micro:.3f}"]
    parts += [f"n {numbers:.2f}"] if numbers is not None else []
    parts += [f"t {teds:.2f}"] if teds is not None else []
    return " ".join(parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
