"""Google on both sides, direct against through the gateway: the same bytes, under any split of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import bytes_of_google as google
from support.bytes_of_providers import as_asked
from support.gateway import deployment, snapshot
from support.json_bytes import bodies, values
from support.sans_io import SansIO, chunked_answer, whole_answer
from vanguard.snapshot.model import Budget

# many examples of many bytes: too long for the unit suite
pytestmark = pytest.mark.e2e

M, E = "/v1beta/models/m", "/v1beta/models/e"
GENERATE, COUNT, EMBED = f"{M}:generateContent", f"{M}:countTokens", f"{E}:embedContent"
GOOD = {
    GENERATE: json.dumps(google.TEXT).encode(),
    COUNT: b'{"totalTokens": 31}',
    EMBED: b'{"embedding":{"values":[0.1, 2e-3]}}',
}
READ = {
    "generationConfig",
    "generation_config",
    "model",
    "requests",
    "generateContentRequest",
    "generate_content_request",
}
places = st.lists(st.integers(0, 4_000), max_size=8)
configs = st.sampled_from(
    [b"", b"null", b"{}", b'{"maxOutputTokens":5, "topK" : 4e1}', b'{ "max_output_tokens": 5 }']
)


@pytest.fixture(scope="module")
def through(tmp_path_factory):
    """A gateway with and without a budget, kept for all examples."""
    made: dict[tuple, SansIO] = {}

    def make(**more) -> SansIO:
        if tuple(more) not in made:
            folder: Path = tmp_path_factory.mktemp("sans-io")
            one = deployment(
                "http://127.0.0.1:9/v1",
                dialect="google_generate",
                counts_tokens=True,
                max_output_tokens=99,
            )
            made[tuple(more)] = SansIO(folder, snapshot([one], **more))
        return made[tuple(more)]

    yield make
    for one in made.values():
        one.close()


@pytest.mark.parametrize("path", GOOD)
@given(data=st.data(), asking=places, answering=places)
def test_a_request_and_its_answer_keep_every_byte(through, path, data, asking, answering):
    body = data.draw(bodies({"contents": values, "generationConfig": configs}, READ))
    found = through().play(path, body, asking, whole_answer(200, GOOD[path]), answering)
    assert found.asked.body == body
    verb = path.rpartition(":")[2]
    assert found.asked.target == f"/v1/models/upstream-model:{verb}".encode()
    assert (found.answered.status, found.answered.body) == (200, as_asked(GOOD[path]))


@given(data=st.data(), asking=places)
def test_a_budget_puts_a_cap_in_front_of_the_untouched_rest(through, data, asking):
    body = data.draw(bodies({"contents": values}, READ))
    answer = whole_answer(200, GOOD[GENERATE])
    found = through(budget=Budget(10**12)).play(GENERATE, body, asking, answer, [])
    cap = b'{"generationConfig":{"maxOutputTokens":99}'
    assert found.asked.body.startswith(cap)
    assert found.asked.body[len(cap) :].lstrip(b",") == body[1:]


STREAMS = [google.STREAM, google.TOOL_STREAM, google.THINKING_STREAM]


@pytest.mark.parametrize("events", STREAMS)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_stream_keeps_every_byte_at_every_cut(through, events, end):
    sent = b"".join(events).replace(b"\r\n", end)
    answer = chunked_answer([sent])
    body = b'{"contents":[]}'
    gateway = through()
    for place in range(1, len(answer), 11):
        path = f"{M}:streamGenerateContent?alt=sse"
        found = gateway.play(path, body, [], answer, [place])
        assert found.answered.body == as_asked(sent), place
        assert found.answered.complete
        assert found.asked.target == b"/v1/models/upstream-model:streamGenerateContent?alt=sse"
        settled = gateway.last()
        assert (settled.status, settled.usage.output_tokens) == ("ok", 12)


@given(answering=places)
def test_the_same_stream_as_an_array_holds_the_same_chunks(through, answering):
    answer = chunked_answer(google.THINKING_STREAM)
    path = f"{M}:streamGenerateContent"
    found = through().play(path, b'{"contents":[]}', [], answer, answering)
    chunks = [json.loads(event.removeprefix(b"data: ")) for event in google.THINKING_STREAM]
    assert json.loads(found.answered.body) == json.loads(as_asked(json.dumps(chunks).encode()))
    assert found.answered.complete


@pytest.mark.parametrize("lost", range(1, 3))
def test_a_stream_that_ends_too_soon_ends_with_an_error(through, lost):
    gateway = through()
    answer = chunked_answer(google.STREAM[:-lost])
    path = f"{M}:streamGenerateContent?alt=sse"
    found = gateway.play(path, b'{"contents":[]}', [], answer, [])
    *_, last = [one for one in found.answered.body.splitlines() if one]
    assert last.startswith(b'data: {"error":{"code":502,')
    assert gateway.last().status == "truncated"
