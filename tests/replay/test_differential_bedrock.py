"""Direct against through the gateway, Bedrock on both sides: the same bodies, the same frames.

The model stands in the path, so that nothing of a body is edited but for a budget's cap. Under any split of
the bytes.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import bytes_of_providers as said
from support.bedrock import REPLY, STREAM, Account, chunk, exception
from support.gateway import deployment, snapshot
from support.json_bytes import bodies, values
from support.sans_io import SansIO, chunked_answer, whole_answer
from vanguard.dialects.framing import EVENT_STREAM
from vanguard.snapshot.model import Budget
from vanguard.wire.sse import event_data

# many examples of many bytes: too long for the unit suite
pytestmark = pytest.mark.e2e

places = st.lists(st.integers(0, 4_000), max_size=8)
CONVERSE, INVOKE = "/aws/model/m/converse", "/aws/model/m/invoke"
STREAMS = {
    "/aws/model/m/converse-stream": STREAM,
    "/aws/model/m/invoke-with-response-stream": [
        chunk(event_data(one)) for one in said.ANTHROPIC_STREAM
    ],
}
GOOD = {
    CONVERSE: json.dumps(REPLY, indent=1).encode(),
    INVOKE: json.dumps(said.ANTHROPIC_TEXT, indent=1).encode(),
}
READ = {"inferenceConfig", "max_tokens"}


@pytest.fixture(scope="module")
def through(tmp_path_factory):
    """A gateway before a Claude at Bedrock, with and without a budget."""
    made: dict[tuple, SansIO] = {}

    def make(**more) -> SansIO:
        place = tuple(more)
        if place not in made:
            folder = tmp_path_factory.mktemp("sans-io")
            one = deployment(
                "http://127.0.0.1:9/v1",
                dialect="bedrock_converse",
                aws=Account(folder).aws(anthropic=True),
                max_output_tokens=99,
            )
            made[place] = SansIO(folder, snapshot([one], **more))
        return made[place]

    yield make
    for one in made.values():
        one.close()


@pytest.mark.parametrize("path", GOOD)
@given(data=st.data(), asking=places, answering=places)
def test_bodies_keep_every_byte_both_ways(through, path, data, asking, answering):
    body = data.draw(bodies({"messages": values}, READ))
    found = through().play(path, body, asking, whole_answer(200, GOOD[path]), answering)
    assert found.asked.body == body
    assert found.asked.target == path.replace("/aws/model/m", "/v1/model/upstream-model").encode()
    assert (found.answered.status, found.answered.body) == (200, GOOD[path])


@pytest.mark.parametrize("path", STREAMS)
@given(data=st.data(), asking=places, answering=places)
def test_frames_keep_every_byte(through, path, data, asking, answering):
    body = data.draw(bodies({"messages": values}, READ))
    frames = STREAMS[path]
    answer = chunked_answer(frames, EVENT_STREAM)
    found = through().play(path, body, asking, answer, answering)
    assert found.asked.body == body
    assert found.answered.body == b"".join(frames)


@pytest.mark.parametrize("path", STREAMS)
def test_a_stream_cut_in_two_at_every_byte(through, path):
    frames = STREAMS[path]
    answer = chunked_answer(frames, EVENT_STREAM)
    for place in range(len(answer)):
        found = through().play(path, b'{"messages":[]}', [], answer, [place])
        assert found.answered.body == b"".join(frames)


@pytest.mark.parametrize("path", STREAMS)
@given(kind=st.sampled_from(["throttlingException", "somethingElse"]), answering=places)
def test_an_exception_after_the_first_token_is_bedrocks_own(through, path, kind, answering):
    before = STREAMS[path][:6]
    frames = [*before, exception(kind, "slow down")]
    told = len(chunked_answer(before, EVENT_STREAM)) - len(b"0\r\n\r\n")
    answer = chunked_answer(frames, EVENT_STREAM)
    found = through().play(path, b'{"messages":[]}', [], answer, [told, *answering])
    assert found.answered.body == b"".join(frames)


@pytest.mark.parametrize("path", GOOD)
@given(data=st.data())
def test_a_budget_puts_a_cap_beside_untouched_values(through, path, data):
    body = data.draw(bodies({"messages": values}, READ))
    gateway = through(budget=Budget(10**12))
    found = gateway.play(path, body, [], whole_answer(200, GOOD[path]), [])
    asked = json.loads(found.asked.body, strict=False)
    cap = asked.pop("max_tokens", None) or asked.pop("inferenceConfig")["maxTokens"]
    assert cap == 99
    assert repr(asked) == repr(json.loads(body, strict=False))
