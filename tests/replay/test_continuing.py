"""The vendors' own SDKs read an answer that two deployments have given as one."""

from __future__ import annotations

import anthropic
import openai
import pytest

from support.gateway import SECRET, GatewayRunner, deployment, snapshot
from support.stories import ASK, SAID, TEXT, WAYS, begun, rest
from support.upstream import Upstream, stream
from vanguard.snapshot.boot import Deadlines
from vanguard.snapshot.model import Model

# the silence waits for its deadline: too long for the unit suite
pytestmark = pytest.mark.e2e

BREAKS = {"reset": {"die": True}, "truncated": {}, "silent": {"end": False}}


async def ask_openai(base_url):
    async with (
        openai.AsyncOpenAI(base_url=base_url + "/v1", api_key=SECRET, max_retries=0) as client,
        client.chat.completions.stream(**ASK, stream_options={"include_usage": True}) as answer,
    ):
        whole = await answer.get_final_completion()
    assert whole.usage is not None
    assert (whole.id, whole.model, whole.choices[0].finish_reason) == ("c1", "m", "stop")
    return whole.choices[0].message.content, whole.usage.completion_tokens


async def ask_anthropic(base_url):
    async with (
        anthropic.AsyncAnthropic(base_url=base_url, api_key=SECRET, max_retries=0) as client,
        client.messages.stream(**ASK) as answer,
    ):
        whole = await answer.get_final_message()
    assert (whole.id, whole.model, whole.stop_reason) == ("c1", "m", "end_turn")
    assert len(whole.content) == 1
    return whole.content[0].text, whole.usage.output_tokens


ASKS = {"openai_chat": ask_openai, "anthropic_messages": ask_anthropic}


@pytest.mark.parametrize("kind", BREAKS)
@pytest.mark.parametrize("second", SAID)
@pytest.mark.parametrize("dialect", SAID)
async def test_one_answer(tmp_path, dialect, second, kind):
    first = stream(begun(dialect, 3), **BREAKS[kind])
    left = stream(rest(second, "Once upon a", usage=(20, 9)))
    async with Upstream([first]) as broken, Upstream([left]) as good:
        places = [
            deployment(broken.base_url, dialect=dialect),
            deployment(good.base_url, name="m/1", dialect=second, continues=WAYS[second]),
        ]
        names = ("m/0", "m/1")
        models = {
            "m": Model("m", "chat", names, continuations=1),
            "e": Model("e", "embedding", names),
        }
        runner = GatewayRunner(tmp_path)
        try:
            value = snapshot(places, models=models)
            running = await runner.start(value, deadlines=Deadlines(idle_s=0.1))
            assert await ASKS[dialect](running.base_url) == (TEXT, 12)
            assert [one.status for one in running.settled()] == ["truncated", "ok"]
        finally:
            await runner.stop_all()
