import io
from pathlib import Path

import pytest

from vanguard.control.documents.ports import Crop, NoTools, Read, not_installed
from vanguard.core.errors import NotInstalled
from vanguard.store.documents.records import Wishes


def test_it_is_said_what_to_install():
    error = not_installed("pypdf")
    assert (error.status, error.code, error.retryable) == (501, "not_installed", False)
    assert "pip install 'vanguard-ai[documents]'" in error.message


def test_without_tools_nothing_can_be_done():
    none = NoTools()
    assert none.missing() == "vanguard-ai[documents]"
    for ask in (
        lambda: none.check(Wishes()),
        lambda: none.form("markdown"),
        lambda: none.write(Read(b"", Path()), "markdown", io.BytesIO()),
        lambda: none.crop(Crop(Path(), (0, 0, 1, 1), (1, 1), 0)),
    ):
        with pytest.raises(NotInstalled):
            ask()
