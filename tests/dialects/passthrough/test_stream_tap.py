import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import bytes_of_providers as said
from support import bytes_of_responses as responses
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.passthrough.stream_tap import SKIMMED_BYTES
from vanguard.wire.sse import event_data

ASKED = b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}'
TEXTS = st.text(max_size=12) | st.text('"\\\n\r{}:, usage', max_size=8)
SPACES = st.sampled_from([(",", ":"), (", ", ": ")])


def openai(text, spaces=(",", ":"), *, finish=None, name="content", **more):
    choice = {"index": 0, "delta": {name: text}, "finish_reason": finish}
    value = {"id": "c", "choices": [choice], **more}
    return b"data: " + json.dumps(value, separators=spaces, ensure_ascii=False).encode() + b"\n\n"


def anthropic(text, spaces=(",", ":"), *, kind="text_delta", name="text"):
    value = {"type": "content_block_delta", "index": 0, "delta": {"type": kind, name: text}}
    data = json.dumps(value, separators=spaces, ensure_ascii=False).encode()
    return b"event: content_block_delta\ndata: " + data + b"\n\n"


def response(text, spaces=(",", ":"), *, kind="response.output_text.delta"):
    value = {"type": kind, "item_id": "msg_1", "output_index": 0, "delta": text}
    data = json.dumps(value, separators=spaces, ensure_ascii=False).encode()
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)


MAKERS = {"openai_chat": openai, "anthropic_messages": anthropic, "openai_responses": response}
ENDS = {
    "openai_responses": responses.STREAM[-3:],
    "openai_chat": said.OPENAI_STREAM[-3:],
    "anthropic_messages": said.ANTHROPIC_STREAM[-3:],
}
BOTH = pytest.mark.parametrize("dialect", list(MAKERS))


def make_tap(dialect):
    through = PASS_THROUGHS[dialect]
    return through.tap(through.peek(ASKED))


def state(tap):
    return (tap.tokens, tap.usage, tap.done, tap.error, tap.complete())


@BOTH
@given(st.lists(TEXTS, max_size=12), SPACES, st.lists(st.integers(0, 3_000), max_size=6))
def test_what_is_skimmed_is_what_feeding_would_have_given(dialect, texts, spaces, cuts):
    events = [MAKERS[dialect](text, spaces) for text in texts] + list(ENDS[dialect])
    whole = b"".join(events)
    places = [sum(map(len, events[:n])) for n in range(len(events) + 1)]
    places = sorted({*places, *(cut for cut in cuts if cut < len(whole))})
    skimming, feeding = make_tap(dialect), make_tap(dialect)
    for start, stop in pairwise(places):
        data = whole[start:stop]
        out = data if skimming.tokens and skimming.skim(data) else skimming.feed(data)
        assert out == feeding.feed(data)
        assert state(skimming)[1:] == state(feeding)[1:]
    # an empty text is a token to one reader and none to the other: both are a lower bound
    assert abs(skimming.tokens - feeding.tokens) <= texts.count("")


@BOTH
@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": ")])
def test_all_but_the_first_of_plain_events_are_skimmed(dialect, spaces):
    tap = make_tap(dialect)
    tap.feed(MAKERS[dialect]("one", spaces))
    taken = [tap.skim(MAKERS[dialect](text, spaces)) for text in ("two", "عربي", "x" * 100)]
    assert taken == [2, 3, 4]


@BOTH
@given(
    st.integers(0, 300),
    st.integers(0, 300),
    st.binary(max_size=4) | st.sampled_from([b'"', b"\\", b"\n\n", b"\r", b'","error":"']),
)
def test_only_an_event_that_differs_in_its_text_is_skimmed(dialect, at, cut, put):
    tap = make_tap(dialect)
    known = MAKERS[dialect]("some words of text")
    tap.feed(known)
    tap.feed(known)
    other = known[:at] + put + known[at + cut :]
    if not tap.skim(other):
        return
    assert other.count(b"\n\n") == 1
    before, after = (_texts_blanked(event, dialect) for event in (known, other))
    assert before == after


def _texts_blanked(event, dialect):
    value = json.loads(event_data(event).decode(errors="replace"), strict=False)
    deltas = [one["delta"] for one in value["choices"]] if "choices" in value else [value["delta"]]
    for delta in deltas:
        if dialect == "openai_responses":
            value["delta"] = ""
        else:
            delta["content" if dialect == "openai_chat" else "text"] = ""
    return value


@BOTH
def test_what_is_long_or_follows_half_an_event_is_not_skimmed(dialect):
    tap, event = make_tap(dialect), MAKERS[dialect]
    tap.feed(event("a"))
    assert tap.skim(event("x" * SKIMMED_BYTES)) == 0
    assert tap.skim(event("b")) == 2
    tap.feed(event("c")[:-5])
    assert tap.skim(event("d")) == 0
    assert tap.tokens == 2


@pytest.mark.parametrize(
    ("dialect", "first", "second"),
    [
        ("openai_chat", openai("a", name="reasoning_content"), openai("b")),
        (
            "anthropic_messages",
            anthropic("a", kind="thinking_delta", name="thinking"),
            anthropic("b"),
        ),
        (
            "anthropic_messages",
            anthropic("{}", kind="input_json_delta", name="partial_json"),
            anthropic("b"),
        ),
    ],
)
def test_another_kind_of_event_is_read_first(dialect, first, second):
    tap = make_tap(dialect)
    tap.feed(first)
    assert tap.skim(second) == 0
    tap.feed(second)
    assert tap.skim(second) == 3


def test_an_event_whose_frame_always_changes_is_not_studied_for_ever():
    tap = make_tap("openai_chat")
    for number in range(100):
        tap.feed(openai("a", obfuscation=str(number)))
    assert tap.skim(openai("b", obfuscation="99")) == 0
    assert tap.tokens == 100
