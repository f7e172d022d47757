import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.documents.service import installed


def test_all_is_here():
    assert installed.missing_package() == ""


def test_what_is_missing_is_named_as_it_is_installed(monkeypatch):
    def find_spec(name):
        return None if name == "cv2" else object()

    monkeypatch.setattr(installed, "find_spec", find_spec)
    assert installed.missing_package() == "opencv-python-headless"


def test_a_language_needs_data():
    installed.check_languages("ara+eng")
    with pytest.raises(InvalidRequest, match=r"'tlh'; there are ara, eng") as caught:
        installed.check_languages("ara+tlh")
    assert caught.value.param == "languages"
