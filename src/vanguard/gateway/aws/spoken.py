"""Says which of Bedrock's operations carries a request to a deployment.

It does not know bodies. A model that takes Anthropic's own bodies gets those of Anthropic's clients as they
are (InvokeModel); everybody else's request goes by Converse.
"""

from __future__ import annotations

from urllib.parse import quote

from vanguard.gateway.doors import Operation
from vanguard.snapshot.model import Deployment

_ANTHROPICS = frozenset({"anthropic_messages", "bedrock_invoke"})


def invokes(dialect: str, deployment: Deployment) -> bool:
    """Whether a chat request of a client's dialect goes by InvokeModel."""
    return deployment.aws is not None and deployment.aws.anthropic and dialect in _ANTHROPICS


def upstream_path(
    dialect: str, operation: Operation, deployment: Deployment, *, stream: bool
) -> str:
    """The path of the operation, below the deployment's base URL.

    Args:
        dialect: the client's.
        operation: the door's.
        deployment: at Bedrock; its model may be an ARN.
        stream: whether a stream is asked.
    """
    if operation == "count_tokens":
        verb = "count-tokens"
    elif operation == "embeddings":
        verb = "invoke"
    elif invokes(dialect, deployment):
        verb = "invoke-with-response-stream" if stream else "invoke"
    else:
        verb = "converse-stream" if stream else "converse"
    return f"/model/{quote(deployment.model, safe='')}/{verb}"
