"""Direct against through the gateway, same dialect on both sides: the same bytes, edits aside.

What an upstream receives differs from what the client sent by the edits that are listed here and in
the guide, and by nothing else; what the client receives is what the upstream sent, but for the name
of the model, which is the one that it asked for, and the usage event that it did not ask for. Under any split of the bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import bytes_of_providers as said
from support import bytes_of_responses as responses
from support.gateway import KEY, deployment, snapshot
from support.json_bytes import bodies, space, strings, text, top_level, values
from support.sans_io import SansIO, chunked_answer, whole_answer
from support.upstream import stream, whole
from vanguard.snapshot.model import Budget

# many examples of many bytes: too long for the unit suite
pytestmark = pytest.mark.e2e

CHAT, EMBED = "/v1/chat/completions", "/v1/embeddings"
MESSAGES, COUNT = "/v1/messages", "/v1/messages/count_tokens"
RESPONSES = "/v1/responses"
# fields whose type or value the gateway itself reads
READ = {"model", "stream", "max_tokens", "max_completion_tokens", "n", "stream_options"}
READ |= {"max_output_tokens", "background"}
places = st.lists(st.integers(0, 4_000), max_size=8)
whole_number = st.integers(1, 1_000).map(lambda number: str(number).encode())


@pytest.fixture(scope="module")
def through(tmp_path_factory):
    """A gateway for each dialect and budget, kept for all examples."""
    made: dict[tuple, SansIO] = {}

    def make(dialect: str, **more) -> SansIO:
        place = (dialect, *more)
        if place not in made:
            folder: Path = tmp_path_factory.mktemp("sans-io")
            one = deployment(
                "http://127.0.0.1:9/v1", dialect=dialect, counts_tokens=True, max_output_tokens=99
            )
            made[place] = SansIO(folder, snapshot([one], **more))
        return made[place]

    yield make
    for one in made.values():
        one.close()


def named(model: bytes = b'"m"', **fields):
    """Strategies of a request's known fields; an empty value leaves a field out."""
    return {"model": st.just(model), "messages": values, **fields}


def with_model(body: bytes, model: bytes = b'"m"') -> bytes:
    """The body with the upstream's name of the model where the client's was, and no other change."""
    decoder = json.JSONDecoder(strict=False)
    source = body.decode("latin-1")
    at = source.index("{") + 1
    while True:
        while source[at] in " \t\r\n,":
            at += 1
        name, after = decoder.raw_decode(source, at)
        at = source.index(":", after) + 1
        while source[at] in " \t\r\n":
            at += 1
        end = decoder.raw_decode(source, at)[1]
        if name == "model":
            assert body[at:end] == model
            return body[:at] + b'"upstream-model"' + body[end:]
        at = end


def expected(pairs, **edits):
    """Names and raw values after the edits."""
    changed = {"model": b'"upstream-model"', **edits}
    return [(name, changed.get(name, value)) for name, value in pairs]


# --- what the upstream receives -------------------------------------------------------------------

GOOD = {
    CHAT: json.dumps(said.OPENAI_TEXT).encode(),
    EMBED: b'{"object":"list","data":[],"usage":{"prompt_tokens":3,"total_tokens":3}}',
    MESSAGES: json.dumps(said.ANTHROPIC_TEXT).encode(),
    RESPONSES: json.dumps(responses.TEXT).encode(),
    COUNT: b'{"input_tokens": 7}',
}
DIALECT = {
    CHAT: "openai_chat",
    EMBED: "openai_chat",
    MESSAGES: "anthropic_messages",
    RESPONSES: "openai_responses",
    COUNT: "anthropic_messages",
}


@pytest.mark.parametrize("path", GOOD)
@given(data=st.data(), asking=places, answering=places)
def test_a_request_keeps_every_byte_but_the_models_name(through, path, data, asking, answering):
    model = b'"e"' if path == EMBED else b'"m"'
    fields = named(
        model,
        max_tokens=whole_number | st.just(b""),
        max_output_tokens=whole_number | st.just(b""),
        stream=st.sampled_from([b"", b"false", b"null"]),
        n=st.sampled_from([b"", b"1", b"3"]),
    )
    body = data.draw(bodies(fields, READ))
    found = through(DIALECT[path]).play(
        path, body, asking, whole_answer(200, GOOD[path]), answering
    )
    assert found.asked.body == with_model(body, model)
    assert found.asked.target == path.encode()
    assert (found.answered.status, found.answered.body) == (200, said.as_asked(GOOD[path]))


@given(data=st.data(), asking=places)
def test_a_streamed_chat_is_asked_for_its_usage_in_front_of_the_untouched_rest(
    through, data, asking
):
    body = data.draw(bodies(named(stream=st.just(b"true")), READ))
    answer = chunked_answer(said.OPENAI_STREAM)
    found = through("openai_chat").play(CHAT, body, asking, answer, [])
    rest = with_model(body)[1:]
    assert found.asked.body == b'{"stream_options":{"include_usage":true},' + rest


@given(data=st.data(), asking=places)
def test_where_usage_was_asked_for_nothing_is_added(through, data, asking):
    wanted = st.sampled_from([b'{"include_usage":true}', b'{ "x": 1e400, "include_usage": true}'])
    body = data.draw(bodies(named(stream=st.just(b"true"), stream_options=wanted), READ))
    answer = chunked_answer(said.OPENAI_STREAM)
    found = through("openai_chat").play(CHAT, body, asking, answer, [])
    assert found.asked.body == with_model(body)
    assert found.answered.body == said.as_asked(b"".join(said.OPENAI_STREAM))


@given(data=st.data())
def test_stream_options_that_are_there_keep_what_else_they_say(through, data):
    there = st.sampled_from([b"null", b"{}", b'{"include_usage":false}', b'{"x":[1, 2]}'])
    body = data.draw(bodies(named(stream=st.just(b"true"), stream_options=there), READ))
    answer = chunked_answer(said.OPENAI_STREAM)
    found = through("openai_chat").play(CHAT, body, [], answer, [])
    before, after = top_level(body), top_level(found.asked.body)
    options = json.loads(dict(before)["stream_options"]) or {}
    assert json.loads(dict(after)["stream_options"]) == {**options, "include_usage": True}
    assert after == expected(before, stream_options=dict(after)["stream_options"])


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
@given(data=st.data(), asking=places)
def test_a_budget_puts_a_cap_in_front_of_the_untouched_rest(through, path, data, asking):
    body = data.draw(bodies(named(), READ))
    gateway = through(DIALECT[path], budget=Budget(10**12))
    found = gateway.play(path, body, asking, whole_answer(200, GOOD[path]), [])
    cap, _, rest = found.asked.body[1:].partition(b",")
    names = {b'"max_tokens":99', b'"max_completion_tokens":99', b'"max_output_tokens":99'}
    assert cap in names
    assert rest == with_model(body)[1:]


@pytest.mark.parametrize("path", GOOD)
@given(data=st.data())
def test_names_behind_escapes_or_twice_are_written_once_around_untouched_values(
    through, path, data
):
    """Two servers may read such a body differently: it is made to mean one thing."""
    model = b'"e"' if path == EMBED else b'"m"'
    pairs = [(b'"model"', model), (b'"messages"', data.draw(values))]
    pairs += [(b'"x"', b'"\\u0041"')] if data.draw(st.booleans()) else [(b'"model"', model)]
    gap = data.draw(space)
    body = b"{" + (b"," + gap).join(name + gap + b":" + value for name, value in pairs) + b"}"
    found = through(DIALECT[path]).play(path, body, [], whole_answer(200, GOOD[path]), [])
    once = dict(top_level(body))
    assert top_level(found.asked.body) == expected(once.items())


@pytest.mark.parametrize("path", GOOD)
@pytest.mark.parametrize("value", [rb'"\ud83d"', rb'"\uZZZZ"', b"01", b"NaN", b'"\t"'])
def test_what_is_not_json_to_a_strict_reader_goes_nowhere(through, path, value):
    """Half a surrogate pair included: what a provider would make of it, nobody could check."""
    gateway = through(DIALECT[path])
    before = gateway.gateway.ledger.journal.offset
    body = b'{"model":"m","messages":[],"x":' + value + b"}"
    found = gateway.play(path, body, [], b"", [])
    assert found.answered.status == 400
    assert b"not valid JSON" in found.answered.body
    assert found.asked.target == b""
    assert gateway.gateway.ledger.journal.offset == before


# --- what the client receives ---------------------------------------------------------------------


def answers(path):
    """Whole answers with their usage, among fields that nobody here knows."""
    usage = {
        CHAT: b'{"prompt_tokens": 3, "completion_tokens": 4, "odd": 1e400}',
        EMBED: b'{"prompt_tokens": 3}',
        MESSAGES: b'{"input_tokens": 3, "output_tokens": 4, "server_tool_use": null}',
        RESPONSES: b'{"input_tokens": 3, "output_tokens": 4, "odd": 1e400}',
        COUNT: b"null",
    }[path]
    known = {"id": strings, "usage": st.just(usage), "choices": st.just(b"[]")}
    return bodies(known, {"error", "type", "usage", "choices"})


@pytest.mark.parametrize("path", GOOD)
@given(data=st.data(), answering=places)
def test_a_whole_answer_keeps_every_byte(through, path, data, answering):
    model = b'"e"' if path == EMBED else b'"m"'
    body = b'{"model":' + model + b',"messages":[]}'
    sent = data.draw(space) + data.draw(answers(path)) + data.draw(space)
    gateway = through(DIALECT[path])
    answer = data.draw(
        st.sampled_from(
            [whole_answer(200, sent), chunked_answer([sent[:9], sent[9:]], b"application/json")]
        )
    )
    found = gateway.play(path, body, [], answer, answering)
    assert (found.answered.status, found.answered.body) == (200, sent)
    settled = gateway.last()
    assert settled.status == "ok"
    if path != COUNT:
        assert settled.usage.input_tokens == 3
        assert not settled.usage.estimated


@pytest.mark.parametrize("path", GOOD)
@given(
    status=st.sampled_from([400, 403, 404, 413, 422]),
    sent=st.binary(max_size=60) | values,
    answering=places,
)
def test_a_refusal_keeps_its_status_and_every_byte(through, path, status, sent, answering):
    model = b'"e"' if path == EMBED else b'"m"'
    body = b'{"model":' + model + b',"messages":[]}'
    found = through(DIALECT[path]).play(path, body, [], whole_answer(status, sent), answering)
    assert (found.answered.status, found.answered.body) == (status, sent)


ENDS = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}


@st.composite
def odd_events(draw) -> list[bytes]:
    """Events that mean nothing to us: comments, other fields, unknown JSON, many lines."""
    body = draw(bodies({"id": strings}, {"error", "usage", "choices", "type"}))
    line = body.replace(b"\r\n", b" ").replace(b"\n", b" ").replace(b"\r", b" ")
    name = draw(text.filter(lambda one: one.isalnum())).encode()
    return draw(
        st.lists(
            st.sampled_from(
                [
                    [b": " + name],
                    [b"data: " + line],
                    [b"event: " + name, b"id: 7", b"data: " + line],
                    [b"retry: 10"],
                    [b"data:" + line, b""],
                    [b"data: {", b'data: "a": 1}'],
                ]
            ),
            max_size=4,
        )
    )


def written(event, end):
    lines = [line for line in event if line]
    return end.join([*lines, b"", b""])


def lines_of(events):
    return [event.rstrip(b"\n").split(b"\n") for event in events]


STREAMS = {
    "openai_chat": said.OPENAI_STREAM,
    "anthropic_messages": said.ANTHROPIC_STREAM,
    "openai_responses": responses.STREAM,
}
PATHS = {
    "openai_chat": CHAT,
    "anthropic_messages": MESSAGES,
    "openai_responses": RESPONSES,
}


@pytest.mark.parametrize("wants_usage", [True, False])
@pytest.mark.parametrize("dialect", STREAMS)
@given(data=st.data(), answering=places, end=st.sampled_from(sorted(ENDS)))
def test_a_stream_keeps_every_byte_but_the_usage_it_did_not_ask_for(
    through, dialect, wants_usage, data, answering, end
):
    events = lines_of(STREAMS[dialect])
    for odd in data.draw(odd_events()):
        # after the first token; what comes before it is held, not changed
        events.insert(data.draw(st.integers(0, len(events) - 1)), odd)
    sent = [written(event, ENDS[end]) for event in events]
    usage = written(lines_of([said.OPENAI_STREAM[4]])[0], ENDS[end])
    assert dialect != "openai_chat" or usage in sent
    chunks = data.draw(st.sampled_from([sent, [b"".join(sent)]]))
    body = b'{"model":"m","messages":[],"stream":true'
    body += b',"stream_options":{"include_usage":true}}' if wants_usage else b"}"
    path = PATHS[dialect]
    gateway = through(dialect)
    found = gateway.play(path, body, [], chunked_answer(chunks), answering)
    ours = {written(event, ENDS[end]) for event in lines_of(STREAMS[dialect])}
    kept = [one for one in sent if wants_usage or one != usage]
    told = b"".join(said.as_asked(one) if one in ours else one for one in kept)
    assert (found.answered.status, found.answered.body) == (200, told)
    assert found.answered.complete
    settled = gateway.last()
    assert (settled.status, settled.usage.output_tokens, settled.usage.estimated) == (
        "ok",
        7,
        False,
    )


@pytest.mark.parametrize("dialect", STREAMS)
def test_a_stream_cut_in_two_at_every_byte(through, dialect):
    gateway = through(dialect)
    path = PATHS[dialect]
    body = b'{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}'
    answer = chunked_answer(STREAMS[dialect])
    told = said.as_asked(b"".join(STREAMS[dialect]))
    for place in range(1, len(answer)):
        found = gateway.play(path, body, [], answer, [place])
        assert found.answered.body == told, place
        assert found.answered.complete


@pytest.mark.parametrize("path", GOOD)
def test_an_exchange_of_single_bytes(through, path):
    body = b'{"model":%b,"messages":[{"content":"\xf0\x9f\x98\x80"}]}' % (
        b'"e"' if path == EMBED else b'"m"'
    )
    answer = whole_answer(200, GOOD[path])
    gateway = through(DIALECT[path])
    found = gateway.play(path, body, list(range(2_000)), answer, list(range(4_000)))
    assert found.asked.body == with_model(body, b'"e"' if path == EMBED else b'"m"')
    assert found.answered.body == said.as_asked(GOOD[path])


ODD = (
    b'{ "x": [1e400, 0.30000000000000004, ' + b"9" * 40 + b'],\n "model" : "%b",'
    b'"messages":[{"content":"\\ud83d\\ude00 \xf0\x9f\x98\x80 \\"model\\": \\"m\\""}]%b }\r\n'
)


@pytest.mark.parametrize("path", GOOD)
async def test_the_same_on_real_sockets(serve, path):
    running, upstream = await serve(DIALECT[path], whole(200, GOOD[path]))
    body = ODD % (b"e" if path == EMBED else b"m", b"")
    async with httpx.AsyncClient() as client:
        found = await client.post(running.base_url + path, content=body, headers=KEY)
    if path == COUNT:
        # this deployment counts no tokens: the gateway estimates, and says so
        assert found.headers["x-vanguard-estimated"] == "true"
        return
    assert upstream.asked[0].body == with_model(body, b'"e"' if path == EMBED else b'"m"')
    assert (found.status_code, found.content) == (200, said.as_asked(GOOD[path]))


@pytest.mark.parametrize("dialect", STREAMS)
async def test_the_same_stream_on_real_sockets(serve, dialect):
    running, upstream = await serve(dialect, stream(STREAMS[dialect]))
    body = ODD % (b"m", b',"stream":true,"stream_options":{"include_usage":true}')
    path = PATHS[dialect]
    async with httpx.AsyncClient() as client:
        found = await client.post(running.base_url + path, content=body, headers=KEY)
    assert upstream.asked[0].body == with_model(body)
    assert found.content == said.as_asked(b"".join(STREAMS[dialect]))
