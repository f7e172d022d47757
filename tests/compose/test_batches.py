import pytest

from vanguard.compose.batches import open_workshop
from vanguard.core.errors import StoreUnavailable
from vanguard.flow.ports import Outcome


def test_what_is_kept_is_there_the_next_time(tmp_path):
    with open_workshop(tmp_path / "work", 1, 10) as shop:
        blob = shop.blobs.put(b"kept")
        shop.ledger.record([Outcome("s", "stage", "item", "done")])
    with open_workshop(tmp_path / "work", 1, 10) as shop:
        assert shop.blobs.get(blob.sha256) == b"kept"
        assert shop.ledger.find(["s"])["s"].stage == "stage"


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "work").write_text("in the way")
    with pytest.raises(StoreUnavailable), open_workshop(tmp_path / "work", 1, 10):
        pass
