"""A client behind another: whoever answers sees it, and what is answered is written anew for it.

It does not know what is written, nor for whom: that is said by who wraps.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.gateway.http.contract import Client


class WrappedClient:
    """Hands on to the real client what that must hear of itself."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.abort = client.abort

    def chunks(self) -> Callable[[bytes], None] | None:
        """None: what is written may have to be written otherwise."""
        return None

    @property
    def on_disconnect(self) -> Callable[[], None] | None:
        """As the client's."""
        return self._client.on_disconnect

    @on_disconnect.setter
    def on_disconnect(self, value: Callable[[], None] | None) -> None:
        self._client.on_disconnect = value

    @property
    def on_writable(self) -> Callable[[bool], None] | None:
        """As the client's."""
        return self._client.on_writable

    @on_writable.setter
    def on_writable(self, value: Callable[[bool], None] | None) -> None:
        self._client.on_writable = value

    @property
    def on_deadline(self) -> Callable[[], None] | None:
        """As the client's."""
        return self._client.on_deadline

    @on_deadline.setter
    def on_deadline(self, value: Callable[[], None] | None) -> None:
        self._client.on_deadline = value
