"""A relay to a SageMaker endpoint: another relay speaks with the container, the envelope is AWS's.

It does not know the container's dialect, nor the client's: the relay inside does.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from vanguard.core.errors import UpstreamTruncated, VanguardError
from vanguard.dialects.sagemaker.errors import read_refusal
from vanguard.dialects.sagemaker.parts import Parts
from vanguard.dialects.upstream_errors import failure
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.wrappers.wrapper import RelayWrapper

_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode


class EndpointRelay(RelayWrapper):
    """Delegates to another relay.

    Args:
        inner: speaks with the container.
        model: what the body's `model` says to the container; empty to leave that out.
    """

    def __init__(self, inner: Relay, model: str) -> None:
        super().__init__(inner)
        self._model = model
        self._parts = Parts()

    def request_body(self) -> bytes:
        """The inner relay's body. The endpoint stands in the path: its name is no model of the container's."""
        fields: dict[str, object] = dict(_object.decode(self._inner.request_body()))
        if self._model:
            fields["model"] = self._model
        else:
            fields.pop("model", None)
        return _encode(fields)

    def feed(self, data: bytes) -> bytes:
        """The inner relay's events; an error of the envelope waits behind those of its parts."""
        return self._inner.feed(self._parts.feed(data) if data else b"")

    def finish(self) -> bytes:
        """The inner relay's rest."""
        if self._parts.cut:
            raise UpstreamTruncated("the upstream's stream ended within a frame")
        rest = self._parts.finish()
        out = self._inner.feed(rest) if rest else b""
        return out + self._inner.finish()

    def failure(self, status: int, body: bytes) -> VanguardError | bytes:
        """The container's words in the client's dialect, or AWS's."""
        refusal = read_refusal(status, body)
        if not refusal.body:
            return failure(status, refusal.words)
        meaning = self._inner.failure(status, refusal.body)
        if isinstance(meaning, bytes) and not _is_object(meaning):
            return failure(status, meaning.decode(errors="replace"))
        return meaning


def _is_object(body: bytes) -> bool:
    try:
        _object.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
