"""Reads from a provider's refusal whether another model might take the request.

It does not know which model, nor whether its policy says so. Words and codes: OpenAI API reference
(`context_length_exceeded`, `content_policy_violation`), Azure OpenAI (`content_filter`), Anthropic API
errors ("prompt is too long"), Amazon Bedrock ("Input is too long"), vLLM and llama.cpp ("maximum context
length", "exceeds the available context size"); 2026-11.
"""

from __future__ import annotations

from vanguard.snapshot.model import FallbackCause

_STATUSES = frozenset({400, 403, 413, 422})
_LOOKED_AT_BYTES = 16_384
_OVERFLOW = (
    b"context_length_exceeded",
    b"context length",
    b"context window",
    b"context size",
    b"prompt is too long",
    b"input is too long",
    b"exceed_context_size",
    b"too many input tokens",
)
_POLICY = (
    b"content_policy_violation",
    b"content_filter",
    b"responsibleaipolicyviolation",
    b"content management policy",
    b"usage policy",
    b"safety system",
)


def cause_of(status: int, body: bytes) -> FallbackCause | None:
    """Why a model refused a request that another may take; None for what is the client's to mend."""
    if status not in _STATUSES:
        return None
    said = body[:_LOOKED_AT_BYTES].lower()
    if any(said.find(words) >= 0 for words in _OVERFLOW):
        return "context_overflow"
    if any(said.find(words) >= 0 for words in _POLICY):
        return "content_policy"
    return None
