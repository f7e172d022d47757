"""The lines of a response's head that tell where an answer comes from.

It does not know status or body; nothing that a client or an upstream said can end a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from vanguard.gateway.exchange import Exchange
from vanguard.gateway.local.refusal import id_lines
from vanguard.snapshot.model import Deployment

_CONTROL = re.compile(rb"[^\x20-\x7e]")
_REQUEST_IDS = frozenset({b"x-request-id", b"request-id", b"x-amzn-requestid"})
_TOLD = _REQUEST_IDS | {b"x-amzn-errortype"}
_LOSSES_CHARACTERS = 1000


def response_lines(
    exchange: Exchange,
    deployment: Deployment | None,
    upstream: Sequence[tuple[bytes, bytes]],
    losses: Sequence[str],
) -> bytes:
    """Each line with its CRLF; `upstream` are the headers of the upstream's answer."""
    lines = [id_lines(exchange.id), exchange.lines]
    if deployment is not None:
        lines.append(_line(b"x-vanguard-deployment", deployment.id))
    for name, value in upstream:
        if name in _TOLD:
            shown = b"x-upstream-request-id" if name in _REQUEST_IDS else name
            told = _CONTROL.sub(b"?", value)
            # not by a call: most answers come here
            for secret in exchange.hidden.secrets:
                if secret in told:
                    told = b"***"
            lines.append(b"%b: %b\r\n" % (shown, told))
    if losses:
        lines.append(_line(b"x-vanguard-losses", ", ".join(losses)[:_LOSSES_CHARACTERS]))
    return b"".join(lines)


@lru_cache(maxsize=1024)
def _line(name: bytes, value: str) -> bytes:
    return b"%b: %b\r\n" % (name, _CONTROL.sub(b"?", value.encode("ascii", "replace")))
