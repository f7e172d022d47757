from __future__ import annotations

import anthropic
import openai
import pytest

from support.gateway import SECRET, GatewayRunner, deployment, snapshot
from support.upstream import Upstream


@pytest.fixture
async def serve(tmp_path):
    """Starts a gateway in front of an upstream of one dialect that plays the given scripts."""
    runner = GatewayRunner(tmp_path)
    upstreams = []

    async def start(dialect, *scripts, **more):
        upstream = await Upstream(list(scripts)).__aenter__()
        upstreams.append(upstream)
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect=dialect)], **more)
        )
        return running, upstream

    yield start
    await runner.stop_all()
    for upstream in upstreams:
        await upstream.__aexit__()


@pytest.fixture
async def openai_to():
    """Makes an OpenAI client of a running gateway."""
    made = []

    def make(running):
        client = openai.AsyncOpenAI(
            base_url=running.base_url + "/v1", api_key=SECRET, max_retries=0, timeout=10
        )
        made.append(client)
        return client

    yield make
    for client in made:
        await client.close()


@pytest.fixture
async def anthropic_to():
    """Makes an Anthropic client of a running gateway."""
    made = []

    def make(running):
        client = anthropic.AsyncAnthropic(
            base_url=running.base_url, api_key=SECRET, max_retries=0, timeout=10
        )
        made.append(client)
        return client

    yield make
    for client in made:
        await client.close()
