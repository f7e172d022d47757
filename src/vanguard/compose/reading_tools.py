"""Binds what the management of documents needs to those who read them.

It does not know HTTP. The libraries that read are an extra, and loaded when they are first needed.
"""

from __future__ import annotations

from typing import BinaryIO

from vanguard.control.documents.ports import Crop, Form, Read
from vanguard.store.documents.records import Wishes


class ReadingTools:
    """The libraries of documents, where they are installed."""

    def missing(self) -> str:
        """The package without which nothing can be read; empty when all are there."""
        from vanguard.documents.service.installed import missing_package  # noqa: PLC0415

        return missing_package()

    def check(self, wishes: Wishes) -> None:
        """Whether a document could be read so.

        Raises:
            InvalidRequest: it could not.
        """
        from vanguard.documents.service.installed import check_languages  # noqa: PLC0415

        check_languages(wishes.languages)

    def form(self, name: str) -> Form:
        """The format of that name.

        Raises:
            InvalidRequest: there is none.
        """
        from vanguard.documents.formats.registry import format_named  # noqa: PLC0415

        found = format_named(name)
        return Form(found.media_type, found.suffix)

    def write(self, read: Read, form: str, out: BinaryIO) -> None:
        """Writes a document in a format, with what was decided since.

        Raises:
            InvalidRequest: the format cannot hold it.
            DocumentUnreadable: its file cannot be read any more.
            PlatformError: a package is missing.
        """
        from vanguard.documents.formats.registry import format_named  # noqa: PLC0415
        from vanguard.documents.formats.structured import from_json  # noqa: PLC0415
        from vanguard.documents.service.corrected import corrected  # noqa: PLC0415
        from vanguard.documents.service.tasks import decision_of  # noqa: PLC0415

        found = format_named(form)
        decisions = [
            decision
            for one in read.corrections
            if (decision := decision_of(one.subject, one.verdict, one.value)) is not None
        ]
        document = corrected(
            from_json(read.document), decisions, keep_rejected=found.name == "json"
        )
        if found.name == "pdf":
            from vanguard.documents.service.writing import write_apart  # noqa: PLC0415

            write_apart(document, found, read.source, out)
        else:
            found.write(document, out)

    def crop(self, part: Crop) -> bytes:
        """A part of a page, its lines level, as PNG.

        Raises:
            FileNotFoundError: the picture is gone.
        """
        from vanguard.documents.page import Box  # noqa: PLC0415
        from vanguard.documents.service.crops import crop  # noqa: PLC0415

        return crop(part.image, Box(*part.box), part.page_size, part.turned)
