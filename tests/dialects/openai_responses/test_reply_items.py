"""Items of an answer."""

from __future__ import annotations

import msgspec
import pytest

from vanguard.core.errors import UpstreamError
from vanguard.dialects.conversation import ToolStart
from vanguard.dialects.openai_responses.reply_items import (
    CallItem,
    Events,
    MessageItem,
    ReasoningItem,
)
from vanguard.wire.sse import Splitter, event_data


def told(stream: bytes) -> list[dict]:
    return [msgspec.json.decode(event_data(raw)) for raw in Splitter().feed(stream)]


def test_every_event_has_the_next_number() -> None:
    events = Events()
    stream = events.event(b"response.a", b'"x":1') + events.event(b"response.b", b'"x":2')
    assert told(stream) == [
        {"type": "response.a", "x": 1, "sequence_number": 0},
        {"type": "response.b", "x": 2, "sequence_number": 1},
    ]


def test_pieces_are_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vanguard.dialects.openai_responses.reply_items._ANSWER_CHARACTERS", 4)
    events, pieces = Events(), []
    events.keep(pieces, "1234")
    with pytest.raises(UpstreamError):
        events.keep(pieces, "5")
    assert pieces == ["1234"]


def test_a_message_without_words_has_no_parts() -> None:
    item = MessageItem(Events(), 2, "msg_1")
    added, done = told(item.open() + item.close())
    assert (added["item"]["status"], done["item"]["status"]) == ("in_progress", "completed")
    assert (done["output_index"], done["item"]["content"]) == (2, [])


def test_reasoning_may_be_a_seal_alone() -> None:
    item = ReasoningItem(Events(), 0, "rs_1")
    item.seal = "x"
    (done,) = told(item.close())
    assert (done["item"]["summary"], done["item"]["encrypted_content"]) == ([], "x")
    assert ReasoningItem(Events(), 0, "rs_1").json("completed")["encrypted_content"] is None


def test_a_call_without_arguments_has_none_to_parse() -> None:
    item = CallItem(Events(), 0, "fc_1", ToolStart(0, "c", "f"), None)
    assert not item.is_whole()
    delta, done, ended = told(item.close())
    assert (delta["delta"], done["arguments"], ended["item"]["arguments"]) == ("{}", "{}", "{}")
    assert item.is_whole()
