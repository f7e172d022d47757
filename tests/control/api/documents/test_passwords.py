import pytest

from vanguard.control.api.documents.passwords import checked_password, password_of
from vanguard.core.errors import InvalidRequest

HEADER = "X-Document-Password"


def test_a_header_says_it_percent_encoded():
    assert password_of({HEADER: "%D8%B3%D8%B1 1"}, {}) == "سر 1"
    assert password_of({}, {"name": "a.pdf"}) == ""


def test_it_stands_in_no_url_and_no_message_repeats_it():
    for headers, query in (({}, {"password": "sesame"}), ({HEADER: "%FFsesame"}, {})):
        with pytest.raises(InvalidRequest) as caught:
            password_of(headers, query)
        assert "sesame" not in caught.value.message
    with pytest.raises(InvalidRequest, match="1,000"):
        checked_password("x" * 1_001)
    with pytest.raises(InvalidRequest):
        checked_password("\ud800")
