"""Reads the paths of Google's APIs: which operation, which model, and whether a stream.

It does not know how they are served. Paths: Gemini API reference and Vertex AI REST reference
(2026-11). Vertex clients may be given an address that ends in `/vertex`.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.gateway.doors import DOORS, Door, Operation, PathDoor
from vanguard.gateway.http.messages import Request

GOOGLE = "google_generate"

_PATH = re.compile(
    r"(?:/vertex)?/(?:v1|v1beta|v1alpha|v1beta1)/(?P<vertex>(?:projects/[^/]+/locations/[^/]+/)?"
    r"(?:publishers/[^/]+/)?)models(?:/(?P<rest>.+))?"
)
_OPERATIONS: dict[str, Operation] = {
    "generateContent": "chat",
    "streamGenerateContent": "chat",
    "countTokens": "count_tokens",
    "embedContent": "embeddings",
    "batchEmbedContents": "embeddings",
}
# of Claude at Vertex: Anthropic's own body, but for the name of the model
_RAW = frozenset({"rawPredict", "streamRawPredict"})
_COUNT = "count-tokens"
_MODEL_CHARACTERS = 512
_MODELS = Door(GOOGLE, "models", "GET")

_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode


class GoogleDoor(PathDoor, frozen=True, kw_only=True):
    """A path of Google's.

    Attributes:
        verb: what follows the model's name.
    """

    verb: str = ""


class RawDoor(Door, frozen=True, kw_only=True):
    """A path of Claude's at Vertex; its requests are made into those of Anthropic's own door.

    Attributes:
        model: as in the path.
        stream: whether the path asks for a stream.
    """

    model: str
    stream: bool = False


def find_google_door(path: str) -> Door | None:
    """The door at a path, None when it is none of Google's.

    Args:
        path: percent-encoded, as it came.
    """
    found = _PATH.fullmatch(path)
    if found is None or (path.startswith("/v1/models") and not found["rest"]):
        return None
    rest = unquote(found["rest"] or "")
    name, _, verb = rest.rpartition(":")
    if len(name) > _MODEL_CHARACTERS:
        return None
    if name and verb in _OPERATIONS:
        streamed = verb == "streamGenerateContent"
        return GoogleDoor(
            GOOGLE, _OPERATIONS[verb], varies=True, model=name, stream=streamed, verb=verb
        )
    if name and verb in _RAW:
        operation: Operation = "count_tokens" if name == _COUNT else "chat"
        return RawDoor("anthropic_messages", operation, model=name, stream=verb != "rawPredict")
    # at Vertex there is no list of what may be asked for
    return None if found["vertex"] or path.startswith("/v1/models") else _MODELS


def wants_array(request: Request) -> bool:
    """Whether a stream is to come as one JSON array, as it does unless `alt=sse` is said."""
    wanted = dict(parse_qsl(request.query)).get("alt") or dict(parse_qsl(request.query)).get("$alt")
    return wanted != "sse"


def query_key(request: Request) -> bytes:
    """The API key in a query, where Google's oldest clients put it; empty when there is none."""
    return dict(parse_qsl(request.query)).get("key", "").encode("latin-1", "replace")


def as_messages(request: Request, door: RawDoor) -> Door:
    """Makes a request of Claude's at Vertex into one of Anthropic's own, in place.

    Returns:
        Anthropic's door for it.

    Raises:
        InvalidRequest: its body is not a JSON object.
    """
    try:
        fields = _object.decode(request.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"the body is not valid JSON: {error}") from error
    version = fields.pop("anthropic_version", None)
    if version is None:
        raise InvalidRequest("anthropic_version: is missing", param="anthropic_version")
    named: dict[str, object] = {}
    if door.operation == "chat":
        fields.pop("model", None)
        named["model"] = door.model
        if door.stream:
            fields["stream"] = Raw(b"true")
    request.body = _encode({**named, **fields})
    request.query = ""
    counts = "/count_tokens" if door.operation == "count_tokens" else ""
    return DOORS[f"/v1/messages{counts}"]
