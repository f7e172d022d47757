"""`vanguard documents convert`.

It does not know how a format is written; it finds the files that a writer needs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vanguard.core.errors import InvalidRequest

if TYPE_CHECKING:
    from vanguard.documents.formats.registry import Format
    from vanguard.documents.formats.wishes import Wishes
    from vanguard.documents.page import Document

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("source", metavar="IN.json", type=_FILE)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to; its suffix names the format: .md, .html, .json, .txt, .xml (ALTO), .zip (PAGE"
    " XML, a file for each page), .pdf.",
)
@click.option(
    "--images",
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Page images for PDF and HTML: a folder with one for each page, in the order of their"
    " names, or the image of the only page.",
)
@click.option("--pdf", metavar="FILE", type=_FILE, help="The PDF that was read, for PDF.")
@click.option(
    "--over-text",
    is_flag=True,
    help="With --pdf, write the text under pages too that have a text of their own.",
)
@click.option("--furniture", is_flag=True, help="Headers, footers and page numbers too.")
@click.option("--words", is_flag=True, help="In HTML, each word with its confidence and box.")
@click.option(
    "--direction-marks",
    is_flag=True,
    help="In Markdown, an invisible mark where a block's first letter would mislead viewers.",
)
@click.option(
    "--dpi", type=click.FloatRange(1, 10_000), help="Of the images that boxes in XML should fit."
)
def convert(
    *,
    source: Path,
    output: Path,
    images: Path | None,
    pdf: Path | None,
    over_text: bool,
    furniture: bool,
    words: bool,
    direction_marks: bool,
    dpi: float | None,
) -> int:
    """Write a read document in another format."""
    # imported here, for the overview of verbs loads none of it
    from vanguard.documents.formats.registry import format_of  # noqa: PLC0415
    from vanguard.documents.formats.structured import from_json  # noqa: PLC0415
    from vanguard.documents.formats.wishes import Wishes  # noqa: PLC0415

    chosen = format_of(output.name)
    document = from_json(source.read_bytes())
    wishes = Wishes(
        furniture=furniture,
        words=words,
        direction_marks=direction_marks,
        dpi=dpi,
        images=None if images is None else page_images(images),
        pdf=None if pdf is None else pdf.read_bytes(),
        over_text=over_text,
    )
    _write(document, chosen, output, wishes)
    return 0


def page_images(path: Path) -> Callable[[int], bytes | None]:
    """The images of a folder by the numbers of their pages; of a file, that of page 1.

    Raises:
        InvalidRequest: when a page has no image.
    """
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file())

    def image(number: int) -> bytes | None:
        if not 1 <= number <= len(files):
            raise InvalidRequest(f"{path} has {len(files)} images, but page {number} was read")
        return files[number - 1].read_bytes()

    return image


def _write(document: Document, chosen: Format, output: Path, wishes: Wishes) -> None:
    """Writes beside the output and puts it in its place when it is whole."""
    handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as draft:
            chosen.write(document, draft, wishes)
        # as any new file, not as private as a draft
        path.chmod(0o666 & ~_umask())
        path.replace(output)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
