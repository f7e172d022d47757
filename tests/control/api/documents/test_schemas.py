from datetime import UTC, datetime

import msgspec

from support.documents.service import T0_MS, new
from vanguard.control.api.documents.schemas import document_out
from vanguard.store.documents import intake


def record(sqlite_database, **more):
    with sqlite_database.write() as connection:
        found, _ = intake.add(connection, new(created_at_ms=T0_MS), 9)
    return msgspec.structs.replace(found, **more)


def test_a_document_that_waits(sqlite_database):
    out = document_out(record(sqlite_database), 30)
    assert (out.pages.all, out.pages.done, out.error) == (None, 0, None)
    assert (out.expires - out.created).days == 30
    assert out.created == datetime.fromtimestamp(T0_MS / 1000, UTC)


def test_a_document_that_failed_and_is_kept_for_ever(sqlite_database):
    failed = record(sqlite_database, error_type="document_locked", error="no", pages=3)
    out = document_out(failed, 0)
    assert (out.error.type, out.error.message, out.pages.all) == ("document_locked", "no", 3)
    assert out.expires is None
