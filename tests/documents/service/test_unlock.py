import pytest
from pypdf import PdfReader, PdfWriter

from support.flow import Counting
from vanguard.core.errors import DocumentUnreadable
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.service.unlock import Unlock, unlock
from vanguard.flow.work import failed


@pytest.fixture
def opened(blobs):
    return lambda path, word: unlock(path, word, ReadingLimits(), blobs, Counting(blobs))


def test_encryption_is_taken_off_and_only_where_there_is_some(
    opened, blobs, born_digital, scan, tmp_path
):
    writer = PdfWriter(PdfReader(born_digital))
    writer.encrypt("secret", algorithm="AES-128")
    writer.write(tmp_path / "locked.pdf")
    found = opened(tmp_path / "locked.pdf", "secret")
    there = PdfReader(blobs.path(found.sha256))
    assert (there.is_encrypted, len(there.pages), found.error) == (False, 2, "")
    assert opened(tmp_path / "locked.pdf", "other").error_type == "document_locked"
    for plain in (born_digital, scan):
        assert opened(plain, "secret") == type(found)()


def test_a_file_that_kills_its_process_is_an_error(blobs, scan):
    class Dying:
        def run(self, tasks):
            for task in tasks:
                yield failed(task, "its process died", again=True)

    with pytest.raises(DocumentUnreadable, match="cannot be decrypted: its process died"):
        unlock(scan, "secret", ReadingLimits(), blobs, Dying())


def test_a_password_is_in_no_text_about_the_stage():
    assert "secret" not in repr(Unlock("secret"))
