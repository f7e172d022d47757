"""Most events of a stream go from connection to connection unread; nothing else may come of that."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.gateway import CHAT, KEY, STREAM, chat, chunk, delta, deployment, snapshot, until
from support.upstream import Upstream, stream
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.gateway.call.attempt import Attempt
from vanguard.gateway.metrics import Gaps, Histogram
from vanguard.gateway.relay.shortcut import ENDLESS, Way
from vanguard.snapshot.model import Budget


class Listener:
    open = True
    writes = 0


class Stream:
    """A way with all that it is put between."""

    def __init__(self, *, most_tokens=ENDLESS):
        self.tap = PASS_THROUGHS["openai_chat"].tap(Peek("m", stream=True))
        self.listener, self.written, self.now = Listener(), [], 0.0
        self.histogram = Histogram((1.0, 2.0))
        gaps = Gaps(self.histogram, 0.0)
        self.way = Way(self.tap, self.listener, self.written.append, self._clock, gaps)
        self.gaps, self.most_tokens, self.take = gaps, most_tokens, None
        self.tap.feed(delta("first"))
        self.again()

    def _clock(self):
        self.now += 1.5
        return self.now

    def again(self):
        self.take = self.way.shortcut(self.most_tokens, self.again)


def framed(event):
    return b"%x\r\n%b\r\n" % (len(event), event)


@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(['"', "\\", "\n", 'a"b', "x" * 2_000, "", "é" * 80]),
        ),
        max_size=20,
    ),
    st.integers(0, 3),
    st.booleans(),
)
def test_what_goes_this_way_is_what_would_have_been_skimmed(texts, spoilt, ascii_only):
    stream, skimming = Stream(), Stream().tap
    for text in texts:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
        value = {**json.loads(delta("")[6:]), "choices": [choice]}
        event = b"data: %b\n\n" % json.dumps(value, ensure_ascii=ascii_only).encode()
        data = framed(event)
        if spoilt == 1:
            data = data.replace(b"\r\n", b";x\r\n", 1)
        elif spoilt == 2:
            data = data[:-1]
        elif spoilt == 3:
            data += data
        before = list(stream.written)
        if stream.take(data):
            assert not spoilt
            assert stream.written == [*before, data]
            assert skimming.skim(event) == len(stream.written) + 1
        else:
            assert stream.written == before
            assert spoilt or not skimming.skim(event) or len(event) > 500
    stream.way.count()
    assert stream.tap.tokens == 1 + len(stream.written)
    assert stream.listener.writes == len(stream.written)
    stream.gaps.tell()
    assert sum(stream.histogram.counts) == len(stream.written)
    assert stream.histogram.counts[1] == len(stream.written), "1.5 s each"


def test_nothing_goes_this_way_before_an_event_was_read():
    stream = Stream()
    stream.way = Way(
        PASS_THROUGHS["openai_chat"].tap(Peek("m", stream=True)),
        stream.listener,
        stream.written.append,
        stream._clock,
        stream.gaps,
    )
    assert stream.way.shortcut(ENDLESS, stream.again) is None


@given(st.lists(st.sampled_from(["passed", "skimmed", "read"]), max_size=120), st.integers(1, 90))
def test_no_more_go_than_the_answer_may_have(ways, most):
    """However those that go this way and those that do not take turns."""
    stream = Stream(most_tokens=most)
    for way in ways:
        stream.way.count() if way != "passed" else None
        before = stream.tap.tokens + stream.way.passed
        if way == "passed":
            assert stream.take(framed(delta("more"))) == (before < most)
        elif before < most:
            if way == "skimmed":
                assert stream.tap.skim(delta("more"))
            else:
                stream.tap.feed(delta("more"))
                stream.again()
    stream.way.count()
    assert stream.tap.tokens <= most


def test_where_the_parts_of_an_event_do_not_become_what_the_whole_does_none_goes():
    stream = Stream()
    way = Way(
        stream.tap,
        stream.listener,
        stream.written.append,
        stream._clock,
        stream.gaps,
        lambda event: event.replace(b'"', b"'", 1),
    )
    assert way.shortcut(ENDLESS, stream.again) is None


def test_who_has_left_is_written_nothing():
    stream = Stream()
    assert stream.take(framed(delta("a")))
    stream.listener.open = False
    assert not stream.take(framed(delta("b")))
    assert (len(stream.written), stream.way.passed) == (1, 1)


def test_the_next_few_go_by_the_same_shortcut_unless_another_event_was_read():
    stream = Stream()
    first = stream.take
    for _ in range(100):
        assert stream.take(framed(delta("again")))
    assert stream.take is first
    stream.tap.feed(delta("read"))
    stream.again()
    assert stream.take is not first


@pytest.fixture
def seen(monkeypatch):
    """How often an attempt was given bytes."""
    found = []
    data = Attempt.data
    monkeypatch.setattr(Attempt, "data", lambda self, some: found.append(some) or data(self, some))
    return found


WORDS = [delta(f"word {number}") for number in range(100)]


@pytest.mark.parametrize("name", ["m", "upstream-model"])
async def test_a_long_answer_is_passed_on_and_counted(runner, client, seen, name):
    words = [
        chunk(model="upstream-model", choices=[{"delta": {"content": f"word {number}"}}])
        for number in range(100)
    ]
    async with Upstream([stream([*words, *STREAM[2:]], pause_s=0.001)]) as upstream:
        place = deployment(upstream.base_url)
        running = await runner.start(
            snapshot([place], names={"m": "m", "upstream-model": "m"}, patterns=())
        )
        answer = await chat(
            client, running, stream=True, stream_options={"include_usage": True}, model=name
        )
        said = b"".join([*words, *STREAM[2:]])
        assert answer.content == said.replace(b'"upstream-model"', b'"%b"' % name.encode())
        assert len(seen) < 40, "of 103 reads"
        await until(lambda: running.gateway.in_flight == 0)
        (connection,) = running.gateway.pool._origins
        assert (connection._shortcut, connection._take_chunk) == (None, None)


async def test_where_usage_is_not_told_what_went_by_is_charged(runner, client, seen):
    async with Upstream([stream([*WORDS], pause_s=0.001, die=True)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, stream=True)
        assert answer.content.startswith(b"".join(WORDS))
        assert b'"error"' in answer.content.removeprefix(b"".join(WORDS))
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("truncated", 100)
        assert len(seen) < 40


async def test_a_client_that_leaves_in_the_middle_is_charged_to_the_end(runner, client, seen):
    async with Upstream([stream([*WORDS, *STREAM[2:]], pause_s=0.005)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        body = json.dumps({**CHAT, "stream": True})
        read = b""
        async with client.stream(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        ) as answer:
            async for part in answer.aiter_raw():
                read += part
                if read.count(b"word") > 20:
                    break
        await until(running.settled)
        (settled,) = running.settled()
        assert (settled.status, settled.error) == ("ok", "client_closed_request")
        assert settled.usage.output_tokens == 5, "as told"
        await until(lambda: running.gateway.in_flight == 0)


async def test_a_stream_that_is_passed_on_is_not_silent(runner, client):
    async with Upstream([stream([*WORDS, *STREAM[2:]], pause_s=0.005)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        body = json.dumps({**CHAT, "stream": True})
        async with client.stream(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        ) as answer:
            writes = set()
            async for _ in answer.aiter_raw():
                writes |= {one.writes for one in running.gateway.pings._seen}
        assert len(writes) > 50
        assert max(writes) >= 100


@pytest.mark.parametrize("together", [2, 3, 7])
async def test_a_cut_answer_has_what_its_budget_had_however_its_events_came(
    runner, client, together
):
    """Some events come two in a chunk: they are read, and the next ones skimmed or passed on."""
    pieces = [
        b"".join(WORDS[at : at + 2]) if at % together == 0 else WORDS[at]
        for at in range(0, 100, 2 if together == 2 else 1)
    ]
    async with Upstream([stream(pieces, pause_s=0.003)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], budget=Budget(100_000))
        )
        answer = await chat(client, running, stream=True, max_tokens=21)
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("cut", 21)
        assert answer.content.count(b'"content"') in {20, 21}


async def test_events_that_chunks_cut_in_two_come_whole_and_are_counted(runner, client):
    """After half an event nothing goes past the reader until that event is whole."""
    raw = b"".join(WORDS)
    cuts = [0, *range(1_000, len(raw), 703), len(raw)]
    pieces = [*WORDS[:5], *(raw[a:b] for a, b in itertools.pairwise(cuts)), *WORDS[:5]]
    async with Upstream([stream([*pieces, *STREAM[2:]], pause_s=0.002)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, stream=True, stream_options={"include_usage": True})
        assert answer.content == b"".join([*pieces, *STREAM[2:]])
        (settled,) = running.settled()
        assert settled.status == "ok"
