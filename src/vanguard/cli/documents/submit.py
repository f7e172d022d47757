"""`vanguard documents submit`.

It does not read documents; a platform does, and it speaks to that through the client.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from vanguard.cli.connect import connect, platform_options
from vanguard.cli.output import plain

if TYPE_CHECKING:
    from vanguard.sdk import Client
    from vanguard.sdk.reading import Document, ReadingOptions

_FORMATS = ("markdown", "html", "json", "text", "alto", "page", "pdf")


@click.command()
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--wait", is_flag=True, help="Until all are read.")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A file, whose suffix names the format, or a folder, for what was read; waits for it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="markdown",
    show_default=True,
    help="Of the files in an output folder.",
)
@click.option("--languages", metavar="NAMES", help="Of Tesseract, the main first, such as ara+eng.")
@click.option("--no-text-layer", is_flag=True, help="Read PDFs by their pictures alone.")
@click.option("--no-review", is_flag=True, help="Put no doubtful blocks before people.")
@click.option("--queue", metavar="NAME", help="Of doubtful blocks.  [default: documents]")
@click.option("--licence", metavar="TEXT", help="Of the documents, for pairs to train with.")
@click.option(
    "--reader",
    type=click.Choice(["ocr", "vision", "both"]),
    help="Who reads pictures; see `vanguard documents read`.  [default: ocr]",
)
@click.option("--model", metavar="NAME", help="The model that sees, by its public name.")
@click.option(
    "--ask-by",
    type=click.Choice(["region", "page"]),
    help="What a question to the model shows.  [default: region]",
)
@click.option(
    "--password",
    default="",
    prompt=True,
    prompt_required=False,
    hide_input=True,
    help="Of encrypted PDFs; without a value it is asked for, and nobody sees it.",
)
@click.option("--again", is_flag=True, help="Read anew what was handed in before.")
@platform_options
def submit(
    *,
    files: tuple[Path, ...],
    wait: bool,
    output: Path | None,
    form: str,
    languages: str | None,
    no_text_layer: bool,
    no_review: bool,
    queue: str | None,
    licence: str | None,
    reader: Literal["ocr", "vision", "both"] | None,
    model: str | None,
    ask_by: Literal["region", "page"] | None,
    password: str,
    again: bool,
    url: str | None,
    home: str | None,
) -> int:
    """Hand documents to the running platform.

    Each is a line: its id, its state, its name. The same file with the same settings is handed in once,
    however often this is called. What cannot be read is said, and the exit code is 1 then.
    """
    said = {"languages": languages, "queue": queue, "licence": licence}
    said |= {"reader": reader, "model": model, "ask_by": ask_by}
    options: ReadingOptions = {"text_layers": not no_text_layer, "review": not no_review}
    options.update({name: one for name, one in said.items() if one is not None})  # type: ignore[typeddict-item]  # names of its own
    targets = _targets(files, output, form)
    with connect(url, home) as client:
        handed_in = [_hand_in(client, path, options, password, again=again) for path in files]
        if not wait and output is None:
            for document in handed_in:
                _show(document)
            return 0
        states = [
            _fetch(client, one.id, place) for one, place in zip(handed_in, targets, strict=True)
        ]
    return 0 if all(states) else 1


def _targets(
    files: tuple[Path, ...], output: Path | None, form: str
) -> list[tuple[str, Path] | None]:
    """For each file the format and the place of what was read; None where nobody wants it."""
    from vanguard.documents.formats.registry import format_named, format_of  # noqa: PLC0415
    from vanguard.documents.reading.places import places  # noqa: PLC0415

    if output is None:
        return [None] * len(files)
    if len(files) == 1 and output.suffix and not output.is_dir():
        return [(format_of(output.name).name, output)]
    names = [Path(path.name) for path in files]
    wanted = places(names, format_named(form).suffix)
    return [(form, output / name) for name in wanted]


def _hand_in(
    client: Client, path: Path, options: ReadingOptions, password: str, *, again: bool
) -> Document:
    data = path.read_bytes()
    key = ""
    if not again:
        digest = hashlib.sha256(f"{path.name}\0{sorted(options.items())}\0".encode())
        digest.update(data)
        if password:
            # another password is another try; the key is kept openly, and must not tell the password
            salt = hashlib.sha256(data).digest()
            digest.update(hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1))
        key = f"cli-{digest.hexdigest()}"
    return client.documents.submit(
        data, path.name, idempotency_key=key, password=password, **options
    )


def _fetch(client: Client, document_id: str, target: tuple[str, Path] | None) -> bool:
    document = client.documents.wait(document_id)
    _show(document)
    if document.state == "failed":
        return False
    if target is not None:
        form, place = target
        data = client.documents.result(document_id, form)  # type: ignore[arg-type]  # click chose it
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return not document.pages.failed and not document.pages.unasked


def _show(document: Document) -> None:
    click.echo("\t".join((document.id, document.state, plain(document.name, keep=""))))
    if document.error is not None:
        click.echo(f"vanguard: {document.name}: {document.error.message}", err=True)
    elif document.pages.failed:
        click.echo(
            f"vanguard: {document.name}: {document.pages.failed} pages could not be read", err=True
        )
    if document.pages.unasked:
        click.echo(
            f"vanguard: {document.name}: about {document.pages.unasked} pages the model could not be"
            " asked; they are read by OCR alone, and the result says why",
            err=True,
        )
