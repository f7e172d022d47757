import pytest

from support.documents.tools import PlainTools
from vanguard.control.documents.jobs import Submission
from vanguard.store.documents.records import Wishes


@pytest.fixture
def documents(service):
    service.documents.tools = PlainTools()
    return service.documents


@pytest.fixture
def submit(documents, service):
    """Hands a document in; its folder came by the way of the API."""

    def submit(data=b"bytes", *, settings=None, **more):
        with documents.shelf.coming() as folder:
            (folder / "source").write_bytes(data)
            fields = {"sha256": data.hex().ljust(64, "0")[:64], "wishes": Wishes(), **more}
            given = Submission(folder, "a.pdf", size_bytes=len(data), actor="tests", **fields)
            return documents.submit(given, settings or service.loaded.settings.documents)

    return submit
