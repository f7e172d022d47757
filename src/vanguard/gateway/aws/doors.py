"""Reads the paths of the AWS doors: which operation, and which model.

It does not know how they are served. Paths: Bedrock runtime API reference (2026-11). The id of a model
may be an ARN, with its `/` sent as `%2F` or as it is.
"""

from __future__ import annotations

from urllib.parse import unquote

from vanguard.gateway.doors import PathDoor

PREFIX = "/aws/"
_MODEL = "/aws/model/"
_MODEL_CHARACTERS = 2048

_VERBS: dict[str, PathDoor] = {
    "converse": PathDoor("bedrock_converse", "chat", varies=True, model=""),
    "converse-stream": PathDoor("bedrock_converse", "chat", varies=True, model="", stream=True),
    "invoke": PathDoor("bedrock_invoke", "chat", varies=True, model=""),
    "invoke-with-response-stream": PathDoor(
        "bedrock_invoke", "chat", varies=True, model="", stream=True
    ),
    "count-tokens": PathDoor("bedrock_converse", "count_tokens", varies=True, model=""),
}
# for what is said where no operation is known
ANY = _VERBS["converse"]


def find_aws_door(path: str) -> PathDoor | None:
    """The door at a path, None when there is no such operation.

    Args:
        path: percent-encoded, as it came.
    """
    if not path.startswith(_MODEL):
        return None
    model, _, verb = path[len(_MODEL) :].rpartition("/")
    door = _VERBS.get(verb)
    name = unquote(model)
    if door is None or not name or len(name) > _MODEL_CHARACTERS:
        return None
    return PathDoor(door.dialect, door.operation, varies=True, model=name, stream=door.stream)
