"""`vanguard documents`: the table of its verbs, and what they ask of the machine.

It does not know what a verb does.
"""

from __future__ import annotations

from collections.abc import Mapping

import click

from vanguard.cli.main import LazyGroup, Verb

# The line of help stands here too, so that the overview loads no verb; a test compares the two.
VERBS: Mapping[str, Verb] = {
    "read": Verb("vanguard.cli.documents.read:read", "Read Arabic documents: PDFs, scans, photos."),
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
}


class DocumentVerbs(LazyGroup):
    """The verbs of `vanguard documents`."""

    verbs = VERBS


@click.group(cls=DocumentVerbs)
def documents() -> None:
    """Read Arabic pages, measure it, make pages."""
