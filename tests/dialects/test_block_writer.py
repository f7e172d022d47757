import msgspec
import pytest

from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects import block_writer
from vanguard.dialects.block_writer import BlockWriter
from vanguard.dialects.conversation import (
    Cited,
    End,
    Source,
    Start,
    TextBreak,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)


class Words(BlockWriter):
    """Says each step in a word."""

    def _started_by(self, event):
        return b"[%s " % event.model.encode()

    def _opened(self, kind):
        return b"%d:%s(" % (self._index, kind.encode())

    def _opened_call(self, start):
        return b"%d:%s(" % (self._index, start.name.encode())

    def _closed(self):
        return b") "

    def _text(self, text):
        return text.encode()

    def _citation(self, source):
        return b"<%b>" % source.url.encode()

    _thinking = _seal = _redacted = _input = _text

    def _ended(self):
        return b"%d]" % self._usage.output_tokens


def written(*events):
    writer = Words()
    return b"".join(writer.event(event) for event in events).decode()


def test_one_block_is_open_at_a_time_and_a_seal_ends_its_thinking():
    assert (
        written(
            Start("id", "m"),
            ThinkingDelta("a"),
            ThinkingSignature("S"),
            ThinkingDelta("b"),
            ThinkingRedacted("R"),
            TextDelta("c"),
            TextDelta("d"),
            UsageTold(Usage(1, 7)),
            End(),
        )
        == "[m 0:thinking(aS) 1:thinking(b) R) 3:text(cd) 7]"
    )


def test_a_reply_begins_once_and_ends_though_nothing_was_said():
    assert written(Start("id", "m"), Start("id", "n"), End()) == "[m 0]"
    assert written(End()) == "[ 0]"


def test_a_call_waits_until_the_one_before_is_whole():
    assert (
        written(
            Start("id", "m"),
            ToolStart(0, "1", "one"),
            ToolArguments(0, '{"a"'),
            ToolStart(1, "2", "two"),
            ToolArguments(1, "{"),
            ToolArguments(0, ":1}"),
            ToolArguments(1, "}"),
            End(),
        )
        == '[m 0:one({"a":1}) 1:two({}) 0]'
    )


def test_calls_that_still_wait_at_the_end_are_written_in_their_order():
    events = [ToolStart(0, "1", "one"), ToolStart(2, "3", "three"), ToolStart(1, "2", "two")]
    assert written(*events, ToolArguments(2, "{}"), End()) == "[ 0:one() 1:two() 2:three({}) 0]"


def test_a_call_that_was_left_cannot_be_gone_on_with():
    with pytest.raises(UpstreamError, match="had left"):
        written(ToolStart(0, "1", "one"), TextDelta("x"), ToolArguments(0, "{}"))


def test_a_break_ends_a_block_of_text_and_sources_go_to_the_open_one():
    events = [TextDelta("a"), TextBreak(), TextDelta("b"), Cited(Source("u"), 0, 9), TextBreak()]
    assert written(*events, ToolStart(0, "1", "f"), TextBreak(), End()) == (
        "[ 0:text(a) 1:text(b<u>) 2:f() 0]"
    )


def test_a_source_without_a_place_is_named():
    writer = Words()
    writer.event(Cited(Source("u")))
    assert writer.lost == ("citations",)
    other = Words()
    other.event(TextDelta("a"))
    other.event(Cited(Source("u")))
    assert other.lost == ()


def test_a_call_is_put_together_only_where_it_may_have_ended(monkeypatch):
    tried = []
    decode = msgspec.json.decode
    monkeypatch.setattr(
        block_writer.msgspec.json, "decode", lambda data: tried.append(data) or decode(data)
    )
    pieces = ['"a": [', *["1, "] * 50, "{}", "]", ", ", '"b": 2', "", "}", " "]
    starts = [ToolStart(0, "1", "one"), ToolArguments(0, "{"), ToolStart(1, "2", "two")]
    said = written(*starts, *(ToolArguments(0, one) for one in pieces[:-1]), End())
    whole = "".join(["{", *pieces[:-1]])
    assert said == f"[ 0:one({whole}) 1:two() 0]"
    assert len(tried) == 3

    first = [ToolStart(0, "1", "one"), *(ToolArguments(0, one) for one in ("{", *pieces))]
    assert written(*first, ToolStart(1, "2", "two"), End()) == f"[ 0:one({whole} ) 1:two() 0]"


def test_calls_that_wait_are_written_in_their_order_whichever_began_first():
    starts = [ToolStart(one, str(one), f"f{one}") for one in (0, 3, 1, 2)]
    said = [ToolArguments(one, "{}") for one in (3, 2, 1, 0)]
    assert written(*starts, *said, End()) == "[ 0:f0({}) 1:f1({}) 2:f2({}) 3:f3({}) 0]"
