"""One bounded question, by the right way."""

from __future__ import annotations

import pytest

from support.asking import World, read, turns
from vanguard.core.errors import UpstreamError, UpstreamTimeout, UpstreamUnavailable
from vanguard.gateway.http.origin import parse_base_url
from vanguard.gateway.renewal import asking as own
from vanguard.gateway.renewal.asking import get_request, is_local, posted


async def test_an_answer_is_whole():
    world = World(lambda told: (200, b"hello"))
    reply = await world.asker.ask(*get_request("https://h.example/p?a=1", [(b"x-y", b"z")]))
    assert reply == (200, b"hello")
    (told,) = world.asked
    assert (told.method, told.url) == ("GET", "https://h.example/p?a=1")
    assert told.headers["x-y"] == "z"
    assert not told.direct


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        ("http://169.254.169.254/", True),
        ("http://[fd00:ec2::254]/", True),
        ("http://127.0.0.1:1/", True),
        ("http://localhost/", True),
        ("http://metadata.google.internal/", True),
        ("https://sts.googleapis.com/", False),
        ("http://10.0.0.1/", False),
        ("http://[fd00::1]/", False),
    ],
)
async def test_services_of_the_machine_are_asked_past_every_proxy(url, direct):
    world = World(lambda told: (200, b""))
    await world.asker.ask(*get_request(url, []))
    assert world.asked[0].direct is direct
    assert is_local(parse_base_url(url).host) is direct


async def test_silence_and_floods_are_given_up(monkeypatch):
    world = World()
    with pytest.raises(UpstreamTimeout, match="no answer within 0 s"):
        await world.asker.ask(*get_request("http://h/", []), within_s=0.0)
    monkeypatch.setattr(own, "_ANSWER_BYTES", 4)
    world.answer = lambda told: (200, b"hello")
    with pytest.raises(UpstreamUnavailable, match="too long"):
        await world.asker.ask(*get_request("http://h/", []))
    world.reply((200, b"late"))
    world.reply(UpstreamError("later"))
    await turns()


@pytest.mark.parametrize("first", [(503, b""), UpstreamUnavailable("gone")])
async def test_what_changes_nothing_is_asked_once_more(first):
    answers = [(200, b"ok"), first]
    world = World(lambda told: answers.pop())
    reply = await world.asker.ask_again(*get_request("http://h/", []), tries=2, within_s=1)
    assert (reply.body, len(world.asked)) == (b"ok", 2)


async def test_and_not_for_ever():
    world = World(lambda told: UpstreamUnavailable("gone"))
    with pytest.raises(UpstreamUnavailable, match="gone"):
        await world.asker.ask_again(*get_request("http://h/", []), tries=2, within_s=1)
    assert len(world.asked) == 2
    world.answer = lambda told: (404, b"")
    reply = await world.asker.ask_again(*get_request("http://h/", []), tries=2, within_s=1)
    assert (reply.status, len(world.asked)) == (404, 3)


def test_requests_have_the_path_as_it_was_given():
    assert read(*get_request("http://h:81/a/", [])).url == "http://h:81/a/"
    put = read(*get_request("http://h", [], b"PUT"))
    assert (put.method, put.path, put.headers["content-length"]) == ("PUT", "/", "0")
    post = read(*posted("https://h/v1/token", [(b"content-type", b"text/plain")], b"body"))
    assert (post.method, post.path, post.body) == ("POST", "/v1/token", b"body")


@pytest.mark.parametrize(
    "url", ["ftp://h/", "http://", "http://h/a b", "http://h/ä", "http://h/\r"]
)
def test_what_is_no_address_is_refused(url):
    for make in (lambda: get_request(url, []), lambda: posted(url, [], b"")):
        with pytest.raises(ValueError):  # noqa: PT011 - by any words
            make()
