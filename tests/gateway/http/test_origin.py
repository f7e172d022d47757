import pytest

from vanguard.gateway.http.origin import parse_base_url
from vanguard.snapshot.model import UpstreamTls


def test_the_three_schemes():
    https = parse_base_url("https://api.example.com/v1/")
    assert (https.host, https.port, https.tls, https.prefix) == (
        "api.example.com",
        443,
        True,
        "/v1",
    )
    http = parse_base_url("http://10.0.0.7:8000")
    assert (http.authority, http.port, http.prefix) == (b"10.0.0.7:8000", 8000, "")
    unix = parse_base_url("http+unix://%2Ftmp%2Frun%2Fchat.sock/v1")
    assert (unix.socket_path, unix.prefix, unix.authority) == (
        "/tmp/run/chat.sock",
        "/v1",
        b"localhost",
    )


def test_the_same_place_is_the_same_object_unless_others_are_believed_to_be_it():
    url = "https://api.example.com/v1"
    assert parse_base_url(url) is parse_base_url(url)
    own = parse_base_url(url, UpstreamTls(ca_file="/etc/own.pem"))
    assert own != parse_base_url(url)
    assert own is parse_base_url(url, UpstreamTls(ca_file="/etc/own.pem"))


@pytest.mark.parametrize(
    "bad",
    [
        "ftp://x/v1",
        "https:///v1",
        "http+unix://relative.sock/v1",
        "http://u:p@x/v1",
        "http://x/v1?a=b",
        "http://x:99999/",
    ],
)
def test_what_is_no_base_url_is_refused(bad):
    with pytest.raises(ValueError, match=r"address|http|host|port|path"):
        parse_base_url(bad)


def test_places_that_are_trusted_otherwise_are_others():
    trust = UpstreamTls(ca_file="/ca.pem")
    assert parse_base_url("https://x/v1", trust) != parse_base_url("https://x/v1")
    assert parse_base_url("https://x/v1", trust) == parse_base_url("https://x/v1", trust)
    assert parse_base_url("http://x/v1", trust) == parse_base_url("http://x/v1")
