"""Keeps the credentials that requests to AWS are signed with, and renews assumed roles ahead of time.

It does not know requests. What is in force is handed out at once; a session that is not there yet is
fetched once for all who wait for it, and whoever waits is called back.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.aws.sts import Asked, Session, asked_for, assume_role_request, read_session
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.http.origin import Origin, parse_base_url
from vanguard.snapshot.model import Aws
from vanguard.wire.sigv4 import AwsCredentials

# a session is renewed this long before its end, or at three quarters of a short life
_AHEAD_S = 300.0
_AGAIN_S = 5.0
_FETCH_S = 10.0
# sessions of keys that have not asked for long are forgotten first
_SESSIONS = 1_000
_WAITERS = 10_000
_ANSWER_BYTES = 64 * 1024
_UNUSED_S = 3_600.0

Who = dict[str, str]


class Request(Protocol):
    """Sends one request; `vanguard.gateway.http.pool.Pool.request`."""

    def __call__(self, origin: Origin, data: bytes, sink: _Fetch) -> object:
        """Its answer goes to the sink."""


class _State:
    """One session: what is known of it, and who waits for it."""

    __slots__ = ("asked", "aws", "error", "fetch", "session", "tried_s", "used_s", "waiters")

    def __init__(self, aws: Aws, asked: Asked) -> None:
        self.aws = aws
        self.asked = asked
        self.session: Session | None = None
        self.error: UpstreamUnavailable | None = None
        self.fetch: _Fetch | None = None
        self.tried_s = -_AGAIN_S
        self.used_s = 0.0
        self.waiters: list[Callable[[], None]] = []

    def in_force(self, now_s: float) -> bool:
        return self.session is not None and self.session.expires_s > now_s

    def due(self, now_s: float) -> bool:
        """Whether it should be renewed."""
        if self.session is None:
            return True
        return self.session.expires_s - now_s < min(_AHEAD_S, self.asked.role.duration_s / 4)


class _Fetch:
    """The sink of one call to STS."""

    def __init__(self, done: Callable[[Session | UpstreamUnavailable], None], arn: str) -> None:
        self._done: Callable[[Session | UpstreamUnavailable], None] | None = done
        self._arn = arn
        self._status = 0
        self._body = b""
        self.began = time.monotonic()

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
        try:
            result: Session | UpstreamUnavailable = read_session(
                self._status, self._body, self._arn
            )
        except UpstreamUnavailable as error:
            result = error
        self._tell(result)

    def fail(self, error: UpstreamError) -> None:
        """There is none."""
        self.give_up(error.message)

    def give_up(self, why: str) -> None:
        """Nobody waits for it any longer."""
        self._tell(UpstreamUnavailable(f"the role {self._arn} could not be assumed: {why}"))

    def _tell(self, result: Session | UpstreamUnavailable) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(result)


class Sessions:
    """All credentials of one process for AWS.

    Args:
        resolve: the secret behind a reference; raises UpstreamUnavailable.
        request: sends to STS.
        now_s: seconds since the epoch.
        note: told why a role could not be assumed.
    """

    def __init__(
        self,
        resolve: Callable[[str], bytes],
        request: Request,
        now_s: Callable[[], float],
        note: Callable[[str], None],
    ) -> None:
        self._resolve = resolve
        self._request = request
        self._now_s = now_s
        self._note = note
        self._states: OrderedDict[tuple[Aws, Asked], _State] = OrderedDict()
        self._waiting = 0

    def credentials(self, aws: Aws, who: Who) -> AwsCredentials:
        """What to sign with now; of a role, its session.

        Raises:
            UpstreamUnavailable: a reference leads nowhere, or the role could not be assumed.
        """
        if aws.role is None:
            return self._own(aws)
        state = self._state(aws, who)
        now_s = self._now_s()
        state.used_s = now_s
        if state.session is not None and state.in_force(now_s):
            return state.session.credentials
        raise state.error or UpstreamUnavailable(
            f"the role {aws.role.arn} has not been assumed yet"
        )

    def wait(self, wanted: Sequence[tuple[Aws, Who]], ready: Callable[[], None]) -> bool:
        """Fetches what is missing of these; returns whether `ready` will be called, once, for it.

        It is called when the first of them is there, or when all have failed: an attempt then says
        why.
        """
        now_s = self._now_s()
        states = [self._state(aws, who) for aws, who in wanted if aws.role is not None]
        if len(states) < len(wanted) or any(one.in_force(now_s) for one in states):
            return False
        fetching = [one for one in states if self._fetch(one, now_s)]
        if not fetching or self._waiting >= _WAITERS:
            return False
        self._waiting += 1
        left = len(fetching)
        told = False

        def answered() -> None:
            nonlocal left, told
            left -= 1
            if not told and (left == 0 or any(one.in_force(self._now_s()) for one in states)):
                told = True
                self._waiting -= 1
                ready()

        for one in fetching:
            one.waiters.append(answered)
        return True

    def prefetch(self, deployments: Sequence[Aws]) -> None:
        """Assumes the roles that are the same for everybody before anybody asks."""
        now_s = self._now_s()
        for aws in deployments:
            if aws.role is not None and not aws.role.differs:
                self._fetch(self._state(aws, {}), now_s)

    def sweep(self) -> None:
        """Renews what is soon over, gives up what does not answer, forgets what nobody uses."""
        now_s = self._now_s()
        for key, state in list(self._states.items()):
            fetch = state.fetch
            if fetch is not None:
                if time.monotonic() - fetch.began > _FETCH_S:
                    fetch.give_up(f"no answer within {_FETCH_S:g} s")
            elif not state.in_force(now_s) and now_s - state.used_s > _UNUSED_S:
                del self._states[key]
            elif state.due(now_s) and now_s - state.used_s < _UNUSED_S:
                self._fetch(state, now_s)

    def _own(self, aws: Aws) -> AwsCredentials:
        resolve = self._resolve
        return AwsCredentials(
            resolve(aws.access_key_id).decode("latin-1"),
            resolve(aws.secret_access_key).decode("latin-1"),
            resolve(aws.session_token).decode("latin-1"),
        )

    def _state(self, aws: Aws, who: Who) -> _State:
        if aws.role is None:
            raise ValueError("no role is assumed for this deployment")
        key = (aws, asked_for(aws.role, who))
        state = self._states.get(key)
        if state is None:
            while len(self._states) >= _SESSIONS:
                self._states.popitem(last=False)
            state = self._states[key] = _State(*key)
            state.used_s = self._now_s()
        else:
            self._states.move_to_end(key)
        return state

    def _fetch(self, state: _State, now_s: float) -> bool:
        """Asks STS unless it is being asked, or has just said no; whether an answer will come."""
        if state.fetch is not None:
            return True
        if now_s - state.tried_s < _AGAIN_S:
            return False
        state.tried_s = now_s
        asked = state.asked
        try:
            own = self._own(state.aws)
        except UpstreamUnavailable as error:
            state.error = error
            self._note(error.message)
            return False
        origin = parse_base_url(asked.role.sts_url)
        data = assume_role_request(asked, origin, own, state.aws.region, now_s)

        def done(result: Session | UpstreamUnavailable) -> None:
            self._done(state, result)

        state.fetch = _Fetch(done, asked.role.arn)
        self._request(origin, data, state.fetch)
        return True

    def _done(self, state: _State, result: Session | UpstreamUnavailable) -> None:
        state.fetch = None
        if isinstance(result, Session):
            state.session, state.error = result, None
        else:
            state.error = result
            self._note(result.message)
        waiters, state.waiters = state.waiters, []
        for waiter in waiters:
            waiter()
