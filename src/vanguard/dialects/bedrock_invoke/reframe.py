"""Turns the body of an Anthropic messages request into InvokeModel's, and back, value by value.

It does not know replies. What differs (Bedrock user guide, Anthropic Claude Messages API, 2026-11): the
model and the wish for a stream stand in the path; `anthropic_version` and `anthropic_beta` in the body
in place of headers. All other values keep their raw bytes and their order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.contract import Losses

ANTHROPIC_VERSION = "bedrock-2023-05-31"

# Beta features that Bedrock is believed to have; no list of AWS's was checked name by name, and a
# deployment's settings may add to it (`aws.anthropic_betas`). Bedrock refuses a request that names one
# that it does not have, so others are left out and named as losses.
_BETAS = re.compile(
    r"(?i:computer-use|token-efficient-tools|interleaved-thinking|output-128k|dev-full-thinking"
    r"|context-1m|context-management|effort|tool-search-tool|tool-examples"
    r"|fine-grained-tool-streaming|compact|structured-outputs)-\d{4}-\d{2}-\d{2}"
)

_object = msgspec.json.Decoder(dict[str, Raw])
_texts = msgspec.json.Decoder(list[str])
_encode = msgspec.json.Encoder().encode


def to_invoke(body: bytes, betas: str, losses: Losses, more: Sequence[str] = ()) -> bytes:
    """InvokeModel's body of an Anthropic messages body.

    Args:
        body: of `POST /v1/messages`.
        betas: the header `anthropic-beta`, empty when there is none.
        losses: names beta features that Bedrock does not have.
        more: features that this deployment has besides.

    Raises:
        InvalidRequest: not a JSON object.
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    fields = _fields(body)
    fields.pop("model", None)
    fields.pop("stream", None)
    kept = []
    for beta in [one.strip() for one in betas.split(",") if one.strip()]:
        if beta in more or _BETAS.fullmatch(beta):
            kept.append(beta)
        else:
            losses.lose(f"anthropic-beta: {beta}")
    if kept and "anthropic_beta" not in fields:
        fields["anthropic_beta"] = Raw(_encode(kept))
    fields.setdefault("anthropic_version", Raw(_encode(ANTHROPIC_VERSION)))
    return _encode(fields)


def from_invoke(body: bytes, model: str, *, stream: bool) -> tuple[bytes, Sequence[str]]:
    """The Anthropic messages body of an InvokeModel body, and the beta features that it names.

    Raises:
        InvalidRequest: not a JSON object.
    """
    fields = _fields(body)
    fields.pop("anthropic_version", None)
    raw = fields.pop("anthropic_beta", None)
    try:
        betas = _texts.decode(raw) if raw is not None else []
    except msgspec.ValidationError as error:
        raise InvalidRequest(
            "anthropic_beta: not a list of texts", param="anthropic_beta"
        ) from error
    whole: dict[str, object] = {"model": model, **fields}
    if stream:
        whole["stream"] = True
    return _encode(whole), betas


def _fields(body: bytes) -> dict[str, Raw]:
    try:
        return _object.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"the body is not a JSON object: {error}") from error
