"""Says which of AWS's operations carries a request to a deployment.

It does not know bodies. A SageMaker endpoint is invoked; the rest is Bedrock's. A model that takes Anthropic's own bodies gets those of Anthropic's clients as they
are (InvokeModel); everybody else's request goes by Converse.
"""

from __future__ import annotations

from urllib.parse import quote

from vanguard.gateway.doors import Operation
from vanguard.snapshot.model import Deployment

_ENDPOINT = "sagemaker_chat"
_ANTHROPICS = frozenset({"anthropic_messages", "bedrock_invoke"})


def invokes(dialect: str, deployment: Deployment) -> bool:
    """Whether a chat request of a client's dialect goes by InvokeModel."""
    return deployment.aws is not None and deployment.aws.anthropic and dialect in _ANTHROPICS


def service(deployment: Deployment) -> str:
    """The service that signatures are for."""
    return "sagemaker" if deployment.dialect == _ENDPOINT else "bedrock"


def upstream_path(
    dialect: str, operation: Operation, deployment: Deployment, *, stream: bool
) -> str:
    """The path of the operation, below the deployment's base URL.

    Args:
        dialect: the client's.
        operation: the door's.
        deployment: at Bedrock, where its model may be an ARN, or an endpoint of SageMaker's.
        stream: whether a stream is asked.
    """
    if deployment.dialect == _ENDPOINT:
        verb = "invocations-response-stream" if stream else "invocations"
        return f"/endpoints/{quote(deployment.model, safe='')}/{verb}"
    if operation == "count_tokens":
        verb = "count-tokens"
    elif operation == "embeddings":
        verb = "invoke"
    elif invokes(dialect, deployment):
        verb = "invoke-with-response-stream" if stream else "invoke"
    else:
        verb = "converse-stream" if stream else "converse"
    return f"/model/{quote(deployment.model, safe='')}/{verb}"
