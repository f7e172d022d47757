"""Walks the attempts of a request, one after the other, until one has an answer.

It does not know HTTP or dialects. All of it runs in callbacks of the event loop; nothing here waits.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Protocol

from vanguard.core.errors import (
    InternalError,
    ShuttingDown,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
    VanguardError,
)
from vanguard.core.usage import Usage
from vanguard.gateway.app import Gateway
from vanguard.gateway.call.answer import Answer
from vanguard.gateway.call.attempt import Attempt
from vanguard.gateway.call.awaited import awaited
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.http.pool import StaleConnectionError
from vanguard.gateway.local.refusal import id_lines
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.routing.quota.line import Place
from vanguard.gateway.routing.refusals import cause_of
from vanguard.gateway.routing.router import Plan
from vanguard.snapshot.model import Deployment, FallbackCause

_BACKOFF_S = 0.25
# whoever joins a line should not stand in it in vain for want of a moment
_SPARE = 1.05
# for so long an attempt waits for what it is sent with: a role's session, a token
_CREDENTIAL_S = 10.0


class Neighbours(Protocol):
    """What calling needs of the other steps; bound by the pipeline."""

    def make_relay(self, exchange: Exchange, deployment: Deployment) -> Relay:
        """A relay for one attempt, output guardrails included."""

    def settle(self, exchange: Exchange, outcome: Outcome) -> None:
        """The settle step."""

    def refuse(self, exchange: Exchange, error: VanguardError) -> None:
        """An error in place of an answer."""

    def tell_limits(self, exchange: Exchange) -> None:
        """Puts into `lines` how the key's limits stand, once."""

    def error_event(self, exchange: Exchange, error: VanguardError) -> bytes:
        """An error within a stream, in the client's dialect."""

    def make_room(self, exchange: Exchange, told: Callable[[VanguardError | None], None]) -> None:
        """Reserves anew for whoever goes on with an answer; `told` hears None, or why it cannot be."""

    def ping_event(self, exchange: Exchange) -> bytes:
        """An event that means nothing, in the client's dialect."""

    def release(self, exchange: Exchange) -> None:
        """Gives back what was reserved and will not be used."""

    def finished(self, exchange: Exchange) -> None:
        """The exchange is over; called once."""


class Call:
    """The attempts of one exchange."""

    # what most calls do not look at stands here and not in `__init__`
    _ruled_out: frozenset[str] = frozenset()
    _not_before: Mapping[str, float] = MappingProxyType({})
    _fell_back = False
    _timer: asyncio.TimerHandle | None = None
    _in_line = False
    _waited = -1
    _stalled = False

    def __init__(self, gateway: Gateway, exchange: Exchange, neighbours: Neighbours) -> None:
        self._gateway = gateway
        self._exchange = exchange
        self._neighbours = neighbours
        self._answer = Answer(exchange.client)
        self._attempt: Attempt | None = None
        self._index = -1
        self._waits_for: object | None = None
        self._sent = self._finished = False

    def start(self) -> None:
        """Begins with the first attempt; whatever it raises, the exchange is over then."""
        client, gateway = self._exchange.client, self._gateway
        client.on_disconnect = self._client_gone
        client.on_writable = self._client_writable
        client.on_deadline = self._too_long
        if self._exchange.peek.stream:
            gateway.pings.watch(self, gateway.loop_time())
        self._index = 0
        try:
            waits = self._exchange.waits
            if waits is None:
                self._try()
            else:
                self._wait(waits)
        except BaseException:
            self.over()
            raise

    def sent(self) -> None:
        """The upstream has the request: there is time for what it need not wait for."""
        if not self._sent:
            self._sent = True
            gateway, exchange = self._gateway, self._exchange
            gateway.metrics.overhead.observe(gateway.loop_time() - exchange.arrived)
            self._neighbours.tell_limits(exchange)
        if self._stalled and self._attempt is not None:
            # what another one had written waits for the client still
            self._attempt.reading(False)

    def _wait(self, plan: Plan) -> None:
        """No account's quota holds the request: it waits in the line, rather than for a refusal."""
        if self._may_wait(plan, _SPARE if plan.crowded else 1.0):
            self._in_line = True
            self._gateway.router.line.join(self, plan.place)
        else:
            self._wait_no_more(plan)

    def _may_wait(self, plan: Plan, spare: float = 1.0) -> bool:
        pause_s = plan.pause_s * spare
        return 0.0 < pause_s <= self._patience_s() and not self._gateway.draining

    def _patience_s(self) -> float:
        gateway, deadlines = self._gateway, self._gateway.boot.deadlines
        waited_s = gateway.loop_time() - self._exchange.arrived
        return max(0.0, min(deadlines.quota_wait_s, deadlines.request_s) - waited_s)

    def look(self) -> Place | None:
        """Its turn in the line: what there was may be gone, and there may be room elsewhere."""
        gateway, exchange = self._gateway, self._exchange
        course, ask = exchange.lane.course, exchange.ask
        if ask is None:
            return None
        ask = ask._replace(patience_s=self._patience_s())
        plan = gateway.router.plan(course, ask, gateway.loop_time())
        exchange.attempts = plan.attempts(course.most)
        if self._may_wait(plan):
            return plan.place
        gateway.router.line.leave(self)
        try:
            self._wait_no_more(plan)
        except Exception:
            self.give_up(InternalError("a defect of the gateway; its log has the details"))
            raise
        return plan.place if plan.pause_s and not plan.crowded else None

    def _wait_no_more(self, plan: Plan) -> None:
        """It goes: to a quota that holds it, or because what is believed of quotas may be wrong.

        Where others wait, and so believe it, it would only go before them: it is told when to come again.
        """
        if not plan.pause_s or not plan.crowded or self._gateway.draining:
            self._try()
            return
        longest_s = self._gateway.boot.deadlines.quota_wait_s
        error = UpstreamRateLimited(
            "no account has room for the request after those that wait already, within"
            f" {longest_s:g} s (setting gateway.quota_wait_s)",
            retry_after_s=plan.pause_s,
        )
        # nothing was tried
        self._index = -1
        if self._fall_back("failure"):
            self._go_on(0, 0.0, error)
        else:
            self.give_up(error)

    @property
    def writes(self) -> int:
        """How often something was written to the client."""
        way = self._attempt.way if self._attempt is not None else None
        return self._answer.writes + (way.passed if way is not None else 0)

    def ping(self) -> None:
        """A long silence: the client and the networks between must not give up.

        While the client does not take what was written, nothing is silent but the client.
        """
        if self._stalled:
            return
        exchange = self._exchange
        self._neighbours.tell_limits(exchange)
        self._answer.begin(id_lines(exchange.id) + exchange.lines)
        self._answer.write(self._neighbours.ping_event(exchange))

    def again(self, error: VanguardError, *, for_good: bool) -> None:
        """The attempt failed before its first token."""
        if isinstance(error, StaleConnectionError) and self._answer.open:
            # not the deployment's fault: once more, as an attempt of its own, without a wait
            attempts, index = self._exchange.attempts, self._index
            self._exchange.attempts = (*attempts[: index + 1], *attempts[index:])
            self._index += 1
            self._attempt = None
            self._try()
            return
        deployment_id = self._exchange.attempts[self._index].id
        if for_good:
            self._ruled_out |= {deployment_id}
        elif error.retry_after_s:
            until = self._gateway.loop_time() + error.retry_after_s
            self._not_before = {**self._not_before, deployment_id: until}
        self._attempt = None
        if self._answer.open:
            self._next(error)
        else:
            self.over()

    def _next(self, error: VanguardError) -> None:
        """Goes on with the first attempt that may be made without too long a wait."""
        attempts, now = self._exchange.attempts, self._gateway.loop_time()
        deadlines = self._gateway.boot.deadlines
        rest_s = self._exchange.arrived + deadlines.request_s - now
        for index in range(self._index + 1, len(attempts)):
            if attempts[index].id in self._ruled_out:
                continue
            wait_s = self._wait_s(index, now)
            if wait_s <= min(deadlines.retry_wait_s, rest_s):
                self._go_on(index, wait_s, error)
                return
        if self._fall_back("failure"):
            self._go_on(self._index + 1, 0.0, error)
        else:
            self._no_other(error)

    def _no_other(self, error: VanguardError) -> None:
        self.give_up(self._exchange.told(error))

    def _go_on(self, index: int, wait_s: float, error: VanguardError) -> None:
        if wait_s and self._gateway.draining:
            self._no_other(error)
            return
        self._index = index
        if wait_s:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._try)
        else:
            self._try()

    def _wait_s(self, index: int, now: float) -> float:
        """None for a deployment not yet tried; else backoff with jitter, or what it asked for."""
        attempts = self._exchange.attempts
        deployment_id = attempts[index].id
        earlier = sum(1 for one in attempts[:index] if one.id == deployment_id)
        if not earlier:
            return 0.0
        backoff = _BACKOFF_S * 2.0 ** (earlier - 1) * (0.75 + random.random() / 2)  # noqa: S311 - jitter
        return max(self._not_before.get(deployment_id, now) - now, backoff)

    def falls_back(self, status: int, body: bytes) -> bool:
        """Whether a refusal sends the request to another model; that is the next attempt then."""
        course = self._exchange.lane.course
        if not course.fallbacks or self._fell_back:
            return False
        cause = cause_of(status, body)
        return cause is not None and self._fall_back(cause)

    def _fall_back(self, cause: FallbackCause) -> bool:
        """Puts the models behind this one in place of what is left; returns whether there are any."""
        exchange, ask = self._exchange, self._exchange.ask
        course = exchange.lane.course
        if self._fell_back or ask is None or not course.falls_back_on(cause):
            return False
        self._fell_back = True
        made = exchange.attempts[: self._index + 1]
        room = self._gateway.boot.bounds.attempts - len(made)
        found = self._gateway.router.fall_back(course, ask, self._gateway.loop_time())
        tail = [one for one in found if one.id not in self._ruled_out][: max(room, 0)]
        exchange.attempts = (*made, *tail)
        return bool(tail)

    def _awaits(self) -> bool:
        """Whether the attempt is put off until what it is sent with is there, or will not come."""
        if self._waited == self._index:
            return False
        turn = object()

        def ready() -> None:
            if self._waits_for is turn:
                self._waits_for = None
                self._stop_timer()
                self._try()

        if not awaited(self._gateway, self._exchange, self._index, ready):
            return False
        self._waited = self._index
        self._waits_for = turn
        self._timer = asyncio.get_running_loop().call_later(_CREDENTIAL_S, ready)
        return True

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._in_line:
            self._gateway.router.line.leave(self)

    def carries_on(self, error: VanguardError) -> bool:
        """Whether another deployment goes on with the answer; that is the next attempt then.

        It begins when the broken one's settlement is in the journal and has freed its reservation.
        """
        exchange, gateway = self._exchange, self._gateway
        story = exchange.story
        if story is None or not self._answer.open:
            return False
        if not story.turn(error, self._index, self._ruled_out, gateway.boot.bounds.attempts):
            return False
        self._fell_back, self._attempt = True, None
        gateway.ledger.after(partial(self._make_room, error))
        return True

    def _make_room(self, error: VanguardError) -> None:
        if not self._finished:
            self._neighbours.make_room(self._exchange, partial(self._carry_on, error))

    def _carry_on(self, error: VanguardError, refusal: VanguardError | None) -> None:
        exchange, gateway = self._exchange, self._gateway
        if self._finished:
            # the client has left meanwhile
            self._neighbours.release(exchange)
            return
        labels = (("model", exchange.model.name), ("room", "no" if refusal else "yes"))
        gateway.metrics.continuations.add(labels)
        gateway.log.warning(
            "continuation",
            request_id=exchange.id,
            after=error.code,
            refusal=refusal.code if refusal else "",
            deployment=exchange.attempts[self._index + 1].id,
        )
        if refusal is not None:
            self.give_up(error)
            return
        # a token that is out already is no reason not to fail over before the next one
        self._answer.committed = False
        self._index += 1
        self._try()

    def _try(self) -> None:
        self._timer = None
        gateway, exchange = self._gateway, self._exchange
        if exchange.lane.awaits and self._awaits():
            return
        deployment = exchange.attempts[self._index]
        if not gateway.health.all_well:
            gateway.health.tried(deployment.id, gateway.loop_time())
        try:
            relay = self._neighbours.make_relay(exchange, deployment)
            self._attempt = Attempt(gateway, exchange, self, self._answer, relay)
            self._attempt.begin(deployment, self._index)
            if exchange.ask is not None:
                course, now = exchange.lane.course, gateway.loop_time()
                exchange.ticket = gateway.router.begin(course, exchange.ask, deployment, now)
        except UpstreamError as error:
            gateway.health.failed(deployment.id, gateway.loop_time())
            self.again(error, for_good=True)
        except VanguardError as error:
            self._no_other(error)

    def give_up(self, error: VanguardError) -> None:
        """There will be no answer but this error."""
        answer = self._answer
        if answer.open:
            if self._gateway.draining and isinstance(error, UpstreamUnavailable):
                error = ShuttingDown("the gateway is stopping", retry_after_s=1)
            answer.dam(self._gateway.ledger)
            if answer.begun:
                answer.end(self._neighbours.error_event(self._exchange, error))
            else:
                answer.leave()
                answer.do(self.refuse, error)
        self.over()

    def _client_gone(self) -> None:
        self._answer.leave()
        self._stop_timer()
        if self._attempt is not None:
            self._attempt.client_gone()
        else:
            self.over()

    def _too_long(self) -> None:
        """The deadline of the whole request: no further attempt, and an error where an answer was due."""
        deadlines = self._gateway.boot.deadlines
        error: VanguardError
        if self._gateway.ending:
            error = ShuttingDown(
                f"the gateway stops, and the answer was not over within {deadlines.drain_s:g} s"
                " (setting gateway.drain_s)",
                retry_after_s=1,
            )
        else:
            error = UpstreamTimeout(
                f"no whole answer within {deadlines.request_s:g} s (setting gateway.request_s)"
            )
        self._stop_timer()
        if self._attempt is not None:
            self._attempt.too_long(error, "cancelled" if self._gateway.ending else "failed")
        else:
            self.give_up(error)

    def _client_writable(self, writable: bool) -> None:
        self._stalled = not writable
        if self._attempt is not None:
            self._attempt.reading(writable)

    def refuse(self, error: VanguardError) -> None:
        """An error in place of an answer."""
        self._neighbours.refuse(self._exchange, error)

    def settle(self, outcome: Outcome) -> None:
        """The settle step."""
        if self._exchange.ticket is not None:
            self._hand_in(outcome.usage, well=outcome.status == "ok")
        self._neighbours.settle(self._exchange, outcome)

    def _hand_in(self, usage: Usage | None = None, *, well: bool = False) -> None:
        ticket, self._exchange.ticket = self._exchange.ticket, None
        if ticket is not None:
            ticket.end(self._gateway.loop_time(), usage, well=well)

    def over(self) -> None:
        """The exchange has ended; what comes later changes nothing."""
        self._attempt = None
        if self._waits_for is not None:
            self._waits_for = None
        if self._exchange.ticket is not None:
            self._hand_in()
        if not self._finished:
            self._finished = True
            if self._exchange.peek.stream:
                self._gateway.pings.forget(self)
            self._neighbours.finished(self._exchange)
