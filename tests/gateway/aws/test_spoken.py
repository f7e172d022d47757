"""Which operation of Bedrock carries what."""

import msgspec
import pytest

from support.gateway import deployment
from vanguard.gateway.aws.spoken import invokes, service, upstream_path
from vanguard.snapshot.model import Aws

CLAUDE = deployment("http://x", dialect="bedrock_converse", aws=Aws("r", anthropic=True))
OTHER = deployment("http://x", dialect="bedrock_converse", aws=Aws("r"))
PLAIN = deployment("http://x")


@pytest.mark.parametrize(
    ("dialect", "operation", "one", "stream", "verb"),
    [
        ("openai_chat", "chat", CLAUDE, True, "converse-stream"),
        ("bedrock_converse", "chat", CLAUDE, False, "converse"),
        ("anthropic_messages", "chat", CLAUDE, True, "invoke-with-response-stream"),
        ("bedrock_invoke", "chat", CLAUDE, False, "invoke"),
        ("bedrock_invoke", "chat", OTHER, True, "converse-stream"),
        ("anthropic_messages", "count_tokens", CLAUDE, False, "count-tokens"),
        ("openai_chat", "embeddings", OTHER, False, "invoke"),
    ],
)
def test_paths(dialect, operation, one, stream, verb):
    path = upstream_path(dialect, operation, one, stream=stream)
    assert path == f"/model/upstream-model/{verb}"


def test_only_claude_takes_anthropics_bodies():
    assert invokes("anthropic_messages", CLAUDE)
    assert not invokes("anthropic_messages", OTHER)
    assert not invokes("anthropic_messages", PLAIN)


def test_arns_are_one_segment():
    one = msgspec.structs.replace(OTHER, model="a:b/c")
    assert upstream_path("openai_chat", "chat", one, stream=False) == "/model/a%3Ab%2Fc/converse"


@pytest.mark.parametrize(("stream", "verb"), [(False, ""), (True, "-response-stream")])
def test_endpoints_are_invoked(stream, verb):
    one = msgspec.structs.replace(OTHER, dialect="sagemaker_chat")
    path = upstream_path("anthropic_messages", "chat", one, stream=stream)
    assert path == f"/endpoints/upstream-model/invocations{verb}"
    assert (service(one), service(OTHER)) == ("sagemaker", "bedrock")
