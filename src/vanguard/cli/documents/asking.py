"""The options by which documents are read by a model too, and the stage that they make.

It does not know how a model is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import msgspec

from vanguard.cli.connect import connect, home_meant, platform_options
from vanguard.core.errors import ModelNotFound

if TYPE_CHECKING:
    from vanguard.documents.reading.second.combine import Prefer
    from vanguard.documents.reading.vision.stage import AskModel
    from vanguard.sdk.values import ModelInfo

_READER_HELP = (
    "Who reads pictures: OCR; a vision-language model, and OCR where that fails; or both, the more"
    " plausible reading being taken."
)


class Asking(msgspec.Struct, frozen=True):
    """What was asked for; see `AskModel`."""

    reader: Literal["ocr", "vision", "both"]
    model: str | None
    by: Literal["region", "page"]
    at_once: int
    url: str | None
    home: str | None

    def stage(self, password: str = "") -> AskModel | None:
        """The stage that asks the model; None where OCR alone is to read. The password is of encrypted PDFs.

        Raises:
            VanguardError: the platform does not answer, or does not know the model.
        """
        if (self.model is None) != (self.reader == "ocr"):
            raise click.UsageError("--model goes with --reader vision or both, and they need it")
        if self.model is None:
            return None
        from vanguard.documents.reading.vision.stage import AskModel  # noqa: PLC0415 - not for OCR

        self._check(self.model)
        home = home_meant(self.home)
        return AskModel(
            self.model,
            by=self.by,
            at_once=self.at_once,
            url=self.url or "",
            home=str(Path(home).resolve()) if home is not None else "",
            password=password,
        )

    @property
    def prefer(self) -> Prefer:
        """Whose reading is taken."""
        return "second" if self.reader == "vision" else "plausible"

    def _check(self, model: str) -> None:
        """Says what is wrong with all pages once, before any is read."""
        with connect(self.url, self.home) as client:
            known = client.models()
        if not any(_is_called(one, model) for one in known):
            names = ", ".join(sorted(one.name for one in known)[:12])
            raise ModelNotFound(f"no model {model!r}; the platform serves {names or 'none'}")


def _is_called(known: ModelInfo, name: str) -> bool:
    return any(fnmatchcase(name, one) for one in (known.name, *known.aliases))


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--reader`, what goes with a model, and where the platform is."""
    command = platform_options(command)
    for option in (
        click.option(
            "--at-once",
            type=click.IntRange(1, 64),
            default=4,
            show_default=True,
            help="Questions about a page that are under way at the same time.",
        ),
        click.option(
            "--ask-by",
            type=click.Choice(["region", "page"]),
            default="region",
            show_default=True,
            help="What a question to the model shows.",
        ),
        click.option("--model", metavar="NAME", help="The model that sees, by its public name."),
        click.option(
            "--reader",
            type=click.Choice(["ocr", "vision", "both"]),
            default="ocr",
            show_default=True,
            help=_READER_HELP,
        ),
    ):
        command = option(command)
    return command
