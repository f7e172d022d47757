"""Keeps the tokens that requests to Vertex are sent with, and renews each ahead of its end.

It does not know requests. What is in force is handed out at once; whoever needs a token that is not
there yet is called back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.google.accounts import METADATA, Asking, Token, ask_for_token, read_token
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.http.origin import Origin

# what a deployment's credential begins with, where the rest leads to an account and not to a secret
KIND = "google"

# Google's own libraries renew a token that has less than some four minutes left
_AHEAD_S = 300.0
_AGAIN_S = 5.0
_FETCH_S = 10.0
_ANSWER_BYTES = 64 * 1024
_WAITERS = 10_000


class Request(Protocol):
    """Sends one request; `vanguard.gateway.http.pool.Pool.request`."""

    def __call__(self, origin: Origin, data: bytes, sink: _Fetch) -> object:
        """Its answer goes to the sink."""


class _Fetch:
    """The sink of one call for a token."""

    def __init__(self, done: Callable[[int, bytes, str], None], began_s: float) -> None:
        self._done: Callable[[int, bytes, str], None] | None = done
        self._status = 0
        self._body = b""
        self.began_s = began_s

    def head(self, status: int, headers: Headers) -> None:  # noqa: ARG002 - a sink's shape
        """An answer begins."""
        self._status = status

    def data(self, data: bytes) -> None:
        """A part of it."""
        self._body += data
        if len(self._body) > _ANSWER_BYTES:
            self.give_up("its answer is too long")

    def end(self) -> None:
        """The whole of it."""
        self._tell("")

    def fail(self, error: UpstreamError) -> None:
        """There is none."""
        self.give_up(error.message)

    def give_up(self, why: str) -> None:
        """Nobody waits for it any longer."""
        self._tell(why)

    def _tell(self, why: str) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(self._status, self._body, why)


class _State:
    """One account: its token, and why there is none."""

    __slots__ = ("error", "fetch", "token", "tried_s", "waiters")

    def __init__(self) -> None:
        self.waiters: list[Callable[[], None]] = []
        self.token: Token | None = None
        self.error = ""
        self.fetch: _Fetch | None = None
        self.tried_s = -_AGAIN_S

    def in_force(self, now_s: float) -> bool:
        return self.token is not None and self.token.expires_s > now_s


class Tokens:
    """All tokens of one process.

    Args:
        request: sends to Google.
        now_s: seconds since the epoch.
        note: told why there is no token.
    """

    def __init__(
        self,
        request: Request,
        now_s: Callable[[], float],
        note: Callable[[str], None],
    ) -> None:
        self._request = request
        self._now_s = now_s
        self._note = note
        self._states: dict[str, _State] = {}

    def current(self, account: str) -> bytes:
        """The token in force of an account: a reference to its file, or `metadata`.

        Raises:
            UpstreamUnavailable: there is none now; it is being asked for.
        """
        now_s = self._now_s()
        state = self._states.get(account)
        if state is not None and state.token is not None and state.in_force(now_s):
            return state.token.secret
        state = self._states.setdefault(account, _State())
        self._fetch(account, state, now_s)
        why = state.error or "it has been asked for"
        raise UpstreamUnavailable(f"there is no token for Vertex yet: {why}", retry_after_s=1)

    @staticmethod
    def lends(credential: str) -> bool:
        """Whether a deployment's credential is a token from here."""
        return credential.startswith(f"{KIND}:")

    def wait(self, credentials: Iterable[str], ready: Callable[[], None]) -> bool:
        """Returns whether `ready` will be called, once: when the first of these tokens has come or failed.

        It will not be where one is in force, or none is on its way.
        """
        now_s = self._now_s()
        names = [one.partition(":")[2] for one in credentials]
        states = {name: self._states.setdefault(name, _State()) for name in names}
        if any(state.in_force(now_s) for state in states.values()):
            return False
        for name, state in states.items():
            self._fetch(name, state, now_s)
        coming = [state for state in states.values() if state.fetch is not None]
        if not coming or len(coming[0].waiters) >= _WAITERS:
            return False
        coming[0].waiters.append(ready)
        return True

    def keep(self, credentials: Iterable[str]) -> None:
        """The credentials of all deployments: tokens are fetched before anybody asks, others forgotten."""
        wanted = {
            name for kind, _, name in (one.partition(":") for one in credentials) if kind == KIND
        }
        for account in self._states.keys() - wanted:
            del self._states[account]
        for account in wanted:
            self._states.setdefault(account, _State())
        self.sweep()

    def sweep(self) -> None:
        """Renews what is soon over, and gives up what does not answer."""
        now_s = self._now_s()
        for account, state in list(self._states.items()):
            if state.fetch is not None:
                if now_s - state.fetch.began_s > _FETCH_S:
                    state.fetch.give_up(f"no answer within {_FETCH_S:g} s")
            elif state.token is None or state.token.expires_s - now_s < _AHEAD_S:
                self._fetch(account, state, now_s)

    def _fetch(self, account: str, state: _State, now_s: float) -> None:
        """Asks for a token unless it is being asked for, or has just been refused."""
        if state.fetch is not None or now_s - state.tried_s < _AGAIN_S:
            return
        state.tried_s = now_s

        def done(status: int, body: bytes, why: str) -> None:
            state.fetch = None
            self._take(state, status, body, why)
            waiters, state.waiters = state.waiters, []
            for waiter in waiters:
                waiter()

        try:
            asking = self._asking(account, now_s)
        except UpstreamUnavailable as error:
            self._failed(state, error)
            return
        state.fetch = _Fetch(done, now_s)
        self._request(asking.origin, asking.data, state.fetch)

    def _take(self, state: _State, status: int, body: bytes, why: str) -> None:
        try:
            state.token, state.error = read_token(status, body, self._now_s(), why), ""
        except UpstreamUnavailable as error:
            self._failed(state, error)

    def _asking(self, account: str, now_s: float) -> Asking:
        if account == METADATA:
            return ask_for_token(None, now_s)
        path = Path(account.removeprefix("file:"))
        try:
            # read anew each time, so that a key that was rotated is taken up
            file = path.read_bytes()
        except OSError as error:
            raise UpstreamUnavailable(
                f"the file of Google credentials {path} cannot be read: {error.strerror}"
            ) from error
        return ask_for_token(file, now_s)

    def _failed(self, state: _State, error: UpstreamUnavailable) -> None:
        state.error, state.tried_s = error.message, self._now_s()
        self._note(error.message)
