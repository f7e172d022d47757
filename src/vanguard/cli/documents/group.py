"""`vanguard documents`: the table of its verbs, and what they ask of the machine.

It does not know what a verb does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from vanguard.cli.main import LazyGroup, Verb

# The line of help stands here too, so that the overview loads no verb; a test compares the two.
VERBS: Mapping[str, Verb] = {
    "read": Verb("vanguard.cli.documents.read:read", "Read Arabic documents: PDFs, scans, photos."),
    "submit": Verb(
        "vanguard.cli.documents.submit:submit", "Hand documents to the running platform."
    ),
    "convert": Verb(
        "vanguard.cli.documents.convert:convert", "Write a read document in another format."
    ),
    "evaluate": Verb(
        "vanguard.cli.documents.evaluate:evaluate",
        "Measure how faithful read pages are to their truth.",
    ),
    "synth": Verb(
        "vanguard.cli.documents.synth:synth", "Make synthetic Arabic pages with exact truth."
    ),
    "train": Verb(
        "vanguard.cli.documents.train:train",
        "Train a model to read pages, and promote it if it is no worse.",
    ),
}

EXTRA = "pip install 'vanguard-ai[documents]'"


class DocumentVerbs(LazyGroup):
    """The verbs of `vanguard documents`."""

    verbs = VERBS

    def invoke(self, ctx: click.Context) -> Any:
        """The verb; its libraries are an extra, which may not be installed."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if (error.name or "vanguard").partition(".")[0] == "vanguard":
                raise
            raise click.ClickException(f"this needs {error.name}: {EXTRA}") from error


@click.group(cls=DocumentVerbs)
def documents() -> None:
    """Read Arabic pages, measure it, make pages."""
