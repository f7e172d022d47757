"""Errors in the form of OpenAI's responses: within a stream they have events of their own.

It does not know when errors happen. Outside of streams the envelope is the one of OpenAI's chat.
Codes: OpenAI API reference, the response object's `error`, and those that Codex tells apart (its
public source, 2026-11): `rate_limit_exceeded` is tried again, `insufficient_quota` is not.
"""

from __future__ import annotations

import msgspec

from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.openai_chat.errors import ERROR_TYPES, read_inline_failure
from vanguard.wire import openai_responses as wire
from vanguard.wire.lenient import present

_encode = msgspec.json.Encoder().encode

_CODES = {
    "invalid_request_error": "invalid_prompt",
    "rate_limit_error": "rate_limit_exceeded",
    "insufficient_quota": "insufficient_quota",
}
_SERVER_ERROR = "server_error"


class _Detail(msgspec.Struct):
    message: str = ""
    type: str = ""
    code: str | None = None
    param: str | None = None


class _Envelope(msgspec.Struct):
    error: _Detail


_envelope = msgspec.json.Decoder(_Envelope)


def failed_code(error: VanguardError) -> str:
    """The code in a failed response."""
    if isinstance(error, errors.UpstreamRejected):
        return "invalid_prompt"
    return _CODES.get(errors.nearest(ERROR_TYPES, error), _SERVER_ERROR)


def error_events(error: VanguardError, response: bytes, number: int) -> bytes:
    """What ends a stream in which `number` events were sent.

    The first is for SDKs, which raise it, the second for clients that look at responses alone.

    Args:
        error: what happened.
        response: JSON of the response object, its `error` set.
        number: the sequence number of the first.
    """
    return _events(
        {
            "message": error.message,
            "type": errors.nearest(ERROR_TYPES, error),
            "param": error.param,
            "code": error.code,
        },
        response,
        number,
    )


def envelope_events(envelope: bytes) -> bytes:
    """The same for an error in its envelope, in a stream of which nothing is known."""
    said = _envelope.decode(envelope).error
    detail: dict[str, object] = {
        "message": said.message,
        "type": said.type,
        "param": said.param,
        "code": said.code,
    }
    told = {"code": _CODES.get(said.type, _SERVER_ERROR), "message": said.message}
    response = {
        "id": "",
        "object": "response",
        "created_at": 0,
        "status": "failed",
        "error": told,
        "incomplete_details": None,
        "model": "",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
    }
    return _events(detail, _encode(response), 0)


def _events(detail: dict[str, object], response: bytes, number: int) -> bytes:
    fields = {"code": detail["code"], "message": detail["message"], "param": detail["param"]}
    told = {"type": "error", **fields, "sequence_number": number, "error": detail}
    failed = b'{"type":"response.failed","response":%b,"sequence_number":%d}'
    return b"event: error\ndata: %b\n\nevent: response.failed\ndata: %b\n\n" % (
        _encode(told),
        failed % (response, number + 1),
    )


def inline_failure(event: wire.Event) -> VanguardError:
    """The error of an `error` event, or of a response that failed."""
    reply = event.response
    nested = present(reply.error) if reply is not None else present(event.error)
    if nested is not None:
        return read_inline_failure(nested)
    said = {"message": event.message or "no reason given", "code": event.code, "param": event.param}
    return read_inline_failure(msgspec.Raw(_encode(said)))
