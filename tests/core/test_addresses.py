import pytest

from vanguard.core.addresses import Address, read_address


def test_names_and_addresses_with_and_without_a_port() -> None:
    assert read_address("HTTPS://API.Example.com/v1/") == Address(
        "api.example.com", 443, True, "", b"API.Example.com", "/v1"
    )
    assert read_address("http://model_server:8000").port == 8000
    assert read_address("http://[::1]:80/v1").authority == b"[::1]:80"
    assert read_address("http://example.com.").host == "example.com."
    assert read_address("http://bücher.example:81/v1").authority == b"xn--bcher-kva.example:81"
    assert read_address("http+unix://%2Frun%2Fx.sock/v1").socket_path == "/run/x.sock"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://127.0.0.1:80800/v1", "port"),
        ("http://127.0.0.1:http/v1", "port"),
        ("http://127.0.0.1:/v1", "port"),
        ("http://127.0.0.1:0/v1", "port"),
        ("http://${HOST}:${PORT}/v1", "port"),
        ("http://${HOST}/v1", "name"),
        ("http://127.0.0.1:80/v1 ", "spaces"),
        ("http://127.0.0.1:80\n/v1", "spaces"),
        ("http://[::1:80/v1", "IPv6"),
        ("http://[nowhere]:80/v1", "IPv6"),
        ("http:///v1", "host"),
        ("ftp://x/v1", "http://"),
        ("http://a..b/v1", "empty"),
        (f"http://{'é' * 70}.x/v1", "63"),
        (f"http://{'e' * 70}.x/v1", "63"),
        ("http://user:hidden@host/v1", "password"),
        ("http://x/v1?a=b", "query"),
        ("http://x/v1?", "query"),
        ("http://x/v1#a", "fragment"),
        ("http+unix://relative.sock/v1", "socket"),
        ("http+unix://%2Frun%2Fx%00.sock/v1", "socket"),
    ],
)
def test_what_is_no_address_is_told_without_repeating_it(url: str, word: str) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        read_address(url)
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is None
