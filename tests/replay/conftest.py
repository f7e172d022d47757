from __future__ import annotations

import anthropic
import boto3
import openai
import pytest
from botocore.config import Config

from support.bedrock import Account
from support.gateway import SECRET, GatewayRunner, deployment, snapshot
from support.upstream import Upstream
from vanguard.core.aws_pair import aws_pair
from vanguard.core.ids import hash_secret

# what it has read of the service's model serves all clients
SESSION = boto3.session.Session()


@pytest.fixture
async def serve(tmp_path):
    """Starts a gateway in front of an upstream of one dialect that plays the given scripts."""
    runner = GatewayRunner(tmp_path)
    upstreams = []

    async def start(dialect, *scripts, aws=None, **more):
        upstream = await Upstream(list(scripts)).__aenter__()
        upstreams.append(upstream)
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect=dialect, aws=aws)], **more)
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


@pytest.fixture
def boto3_to(account):
    """Makes a Bedrock client of a running gateway, with the key pair of its virtual key."""
    pair = aws_pair(hash_secret(SECRET), account.resolve(account.master))

    def make(running, **more):
        settings = {
            "aws_access_key_id": pair.access_key_id,
            "aws_secret_access_key": pair.secret_access_key,
            "config": Config(retries={"total_max_attempts": 1}, read_timeout=10),
        }
        return SESSION.client(
            "bedrock-runtime",
            region_name="us-east-1",
            endpoint_url=running.base_url + "/aws",
            **{**settings, **more},
        )

    return make


@pytest.fixture
def account(tmp_path):
    """An account at AWS, and the master secret of the platform's own pairs."""
    return Account(tmp_path)


@pytest.fixture
async def google_to():
    """Makes a Google client of a running gateway."""
    from google import genai  # its import takes seconds, which tests of others need not pay
    from google.genai import types

    made = []

    def make(running, path="", **more):
        options = types.HttpOptions(base_url=running.base_url + path, timeout=10_000, **more)
        client = genai.Client(api_key=SECRET, http_options=options)
        made.append(client)
        return client.aio

    yield make
    for client in made:
        await client.aio.aclose()
