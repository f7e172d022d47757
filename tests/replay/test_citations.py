"""What an answer cites reaches the clients of every API, or is named as lost."""

from __future__ import annotations

import pytest

from vanguard.dialects.conversation import (
    Cited,
    Conversation,
    End,
    Extract,
    Finish,
    Message,
    ReplyEvent,
    Source,
    Start,
    Text,
    TextBreak,
    TextDelta,
)
from vanguard.dialects.framing import make_splitter
from vanguard.dialects.registry import DIALECTS

ALL = [
    "openai_chat",
    "anthropic_messages",
    "openai_responses",
    "bedrock_converse",
    "bedrock_invoke",
    "google_generate",
]
IN_PIECES = {"anthropic_messages", "bedrock_converse", "bedrock_invoke"}
OPENAIS = {"openai_chat", "openai_responses"}
ASKED = Conversation("m", (Message("user", (Text("hi"),)),))
PAGE = Source("https://example.org/a", "A")
DOCUMENT = Source("", "Doc", "The sky is blue.", Extract("char", 0, 0, 16))
REPLY: list[ReplyEvent] = [
    Start("r", "up"),
    TextDelta("We know: "),
    TextBreak(),
    TextDelta("gr"),
    TextDelta("ün"),
    Cited(PAGE),
    TextBreak(),
    TextDelta(" and "),
    TextBreak(),
    TextDelta("blue"),
    Cited(DOCUMENT),
    Finish("stop"),
    End(),
]


def cited(events: list[ReplyEvent]) -> set[tuple[str, str]]:
    """Each source with the text for which it stands."""
    said, begin, found = "", 0, []
    for event in events:
        match event:
            case TextDelta(text=text):
                said += text
            case TextBreak():
                begin = len(said)
            case Cited(source=source, start=start, end=end):
                span = (begin, len(said)) if start < 0 else (start, end)
                found.append((source, span))
    return {(one.url or one.quote, said[first:last]) for one, (first, last) in found}


def through(client: str, events: list[ReplyEvent], *, streamed: bool):
    """What a client's own reader finds in what was written for it, and what was lost."""
    writer, reader = DIALECTS[client].writer(ASKED, "req_1"), DIALECTS[client].reader()
    if not streamed:
        return reader.whole(writer.whole(events)), writer.lost
    out = b"".join(writer.event(event) for event in events)
    splitter = make_splitter(client)
    return [one for raw in splitter.feed(out) for one in reader.event(raw)], writer.lost


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("client", ALL)
def test_pieces_with_their_sources(client: str, streamed: bool) -> None:
    found, lost = through(client, REPLY, streamed=streamed)
    kept = {("https://example.org/a", "grün")}
    if client in OPENAIS:
        assert (cited(found), lost) == (kept, ("citations",))
    else:
        assert (cited(found), lost) == (kept | {("The sky is blue.", "blue")}, ())


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("client", ALL)
def test_sources_that_come_at_the_end_with_their_characters(client: str, streamed: bool) -> None:
    at_the_end: list[ReplyEvent] = [
        Start("r", "up"),
        TextDelta("We know: grün"),
        TextDelta(" and blue"),
        Cited(PAGE, 9, 13),
        Cited(Source("https://example.org/b", "B"), 18, 22),
        Finish("stop"),
        End(),
    ]
    found, lost = through(client, at_the_end, streamed=streamed)
    whole_text = "We know: grün and blue"
    in_one = client in IN_PIECES and streamed  # what is out cannot be cut any more
    assert cited(found) == {
        ("https://example.org/a", whole_text if in_one else "grün"),
        ("https://example.org/b", whole_text if in_one else "blue"),
    }
    assert lost == ()


@pytest.mark.parametrize("client", ["openai_responses", "anthropic_messages", "bedrock_converse"])
def test_a_source_of_a_text_that_is_over_is_named(client: str) -> None:
    late: list[ReplyEvent] = [Start("r", "up"), Cited(PAGE, 0, 1), Finish("stop"), End()]
    for streamed in (False, True):
        found, lost = through(client, late, streamed=streamed)
        assert (cited(found), lost) == (set(), ("citations",))
