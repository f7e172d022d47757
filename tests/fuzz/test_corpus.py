"""Every file of the corpus holds, as an ordinary unit test; and the targets notice what is broken."""

import importlib
from pathlib import Path

import pytest

from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.sources import html
from vanguard.gateway.http import client, heads, reader
from vanguard.gateway.http.known.answer import KnownAnswer
from vanguard.gateway.http.known.request import KnownRequest
from vanguard.wire import event_stream, sse

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("*/*"))


def check(target, data):
    importlib.import_module(f"fuzz.targets.{target}").check(data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus_holds(path):
    check(path.parent.name, path.read_bytes())


def test_every_target_has_a_corpus():
    targets = {path.stem for path in (CORPUS.parent / "targets").glob("*.py")}
    assert {path.parent.name for path in FILES} == targets - {"__init__", "lines", "splits"}


class Anything:
    """Equal to whatever it is compared with."""

    __hash__ = None

    def __eq__(self, other):
        return True


SABOTAGE = {
    "server: codings under chunked": ("server", heads, "check_framing", lambda _: None),
    "server: a part of a body": (
        "server",
        reader.RequestReader,
        "on_body",
        lambda self, data: setattr(self, "_body", data),
    ),
    "server: two hosts": ("server", heads, "check_host", lambda _: None),
    "server: trailers": (
        "server",
        reader.RequestReader,
        "on_headers_complete",
        lambda self, honest=reader.RequestReader.on_headers_complete: (
            honest(self),
            setattr(self, "_headers", self._arriving.headers),
        ),
    ),
    "server: any head for a known one": (
        "server",
        KnownRequest,
        "body",
        # as if no byte of the head had to be the same
        lambda self, data: data[-3:],
    ),
    "client: any head for a known one": (
        "client",
        KnownAnswer,
        "body",
        # as if no byte of the head had to be the same
        lambda self, data: data[-3:],
    ),
    "client: other codings": ("client", client, "_CHUNKED", Anything()),
    "client: surplus": (
        "client",
        client.UpstreamConnection,
        "on_message_begin",
        lambda self: None,
    ),
    "sse: other line ends": ("sse", sse, "_BLANK", sse.re.compile(rb"\n\n|\r\r|\r\n\r\n")),
    "event stream: checksums": ("event_stream", event_stream, "crc32", lambda *_: 0),
    "read pages: spans": ("read_pages", html, "span", lambda _: 1_000),
    "read pages: letters": ("read_pages", strict, "normal", lambda text: text + "."),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_broken_build_is_noticed(name, monkeypatch):
    target, place, attribute, value = SABOTAGE[name]
    monkeypatch.setattr(place, attribute, value)

    def check_all():
        for path in FILES:
            if path.parent.name == target:
                check(target, path.read_bytes())

    with pytest.raises(AssertionError):
        check_all()
