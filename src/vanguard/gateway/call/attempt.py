"""One attempt: a call to one deployment, from the journalled intent to its settlement.

It does not know which attempt comes next. It ends in exactly one of two ways: `walk.again` when
another deployment may try, `walk.over` when the exchange has its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from vanguard.core.errors import (
    BudgetExceeded,
    LedgerUnavailable,
    PolicyError,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    VanguardError,
)
from vanguard.core.journal import Status
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.soundness import says_error
from vanguard.gateway.app import Gateway
from vanguard.gateway.call.answer import Answer
from vanguard.gateway.call.charged import charged_usage, past
from vanguard.gateway.call.contract import Walk
from vanguard.gateway.call.drain import Drain, begin_drain
from vanguard.gateway.call.elsewhere import of_upstream, read_before, told_within, understood
from vanguard.gateway.call.response_lines import response_lines
from vanguard.gateway.call.upstream_request import build_intent, build_request
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.hiding import hide, hide_events, hide_words
from vanguard.gateway.http.known.answer import KnownAnswer
from vanguard.gateway.http.messages import Headers, is_stream
from vanguard.gateway.http.pool import Call, StaleConnectionError
from vanguard.gateway.logs import reason_of
from vanguard.gateway.metrics import Gaps
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.shortcut import ENDLESS, Way, way_of
from vanguard.snapshot.model import Deployment

_ERROR_BYTES = 1024 * 1024
_CLIENT_CLOSED = "client_closed_request"


class Attempt:
    """The sink of one upstream call; `way` is that of the events that it need not see."""

    # what is set before it is looked at, and what is of streams alone, stands here and not in `__init__`
    _data = b""
    _outcome: Outcome | None = None
    _call: Call | None = None
    _verdict: tuple[Status, str] | None = None
    _gaps: Gaps | None = None
    _skim: Callable[[bytes], int] | None = None
    _forward: Callable[[bytes], None]
    _sent = False
    _begun = 0.0  # monotonic seconds, where somebody has failed of late
    _read_tokens = _read_bytes = 0
    _broken: UpstreamError | None = None  # its trace holds this attempt: not kept once told

    def __init__(
        self, gateway: Gateway, exchange: Exchange, walk: Walk, answer: Answer, relay: Relay
    ) -> None:
        self._gateway = gateway
        self._exchange = exchange
        self._walk = walk
        self._answer = answer
        self._relay = relay
        self._meanwhile: Callable[[], None] | None = None
        self._drain: Drain | None = None
        self._streaming, self._status = False, 0
        self._headers: Sequence[tuple[bytes, bytes]] = ()
        self._body: bytes | bytearray = b""
        self.way: Way | None = None

    def begin(self, deployment: Deployment, number: int) -> None:
        """Journals the intent; the call is made when that is written.

        Raises:
            VanguardError: nothing was called and nothing needs to be settled.
        """
        gateway, exchange = self._gateway, self._exchange
        data = build_request(gateway, exchange, deployment, self._relay.request_body())
        gateway.ledger.intend(build_intent(exchange, deployment, number), self)
        if not gateway.health.all_well:
            self._begun = gateway.loop_time()
        self._data = data
        self._outcome = Outcome(deployment, number)

    def journalled(self) -> None:
        """The intent is on the disk: now bytes may go upstream, unless the exchange ended first."""
        data, self._data = self._data, b""
        if self._meanwhile is not None:
            self._meanwhile()
        elif self._outcome is not None:
            origin = self._exchange.view.origins[self._outcome.deployment.id]
            self._call = self._gateway.pool.request(origin, data, self)
            self._walk.sent()

    def unjournalled(self, error: LedgerUnavailable, *, stands: bool) -> None:
        """The disk takes nothing, or forgets: there is no call."""
        self._data = b""
        outcome, self._outcome = self._outcome, None
        if stands and outcome is not None:
            outcome.error = error.code
            self._walk.settle(outcome)
        self._walk.give_up(error)

    # --- the upstream's answer ---------------------------------------------------------------

    def head(self, status: int, headers: Headers) -> None:
        """Decides what kind of answer this is."""
        self._status, self._headers = status, headers
        if self._outcome is not None:
            self._outcome.http_status = status
        if (ticket := self._exchange.ticket) is not None:
            ticket.head(status, headers, self._gateway.loop_time())
        if status < 400:
            self._streaming = is_stream(headers)
            if status != 200 or self._streaming != self._exchange.peek.stream:
                wanted = "an event stream" if self._exchange.peek.stream else "JSON"
                self._not_understood(UpstreamError(f"the upstream did not answer with {wanted}"))

    def whole(self, answer: KnownAnswer, body: bytes) -> bool:
        """Takes JSON that is as it should be."""
        exchange, outcome = self._exchange, self._outcome
        usual = answer.status == 200 and not answer.streams and not exchange.peek.stream
        if not usual or outcome is None or exchange.ticket is not None:
            return False
        self._call, self._headers, self._body = None, answer.headers, body
        self._status = outcome.http_status = 200
        self._end_whole(body)
        return True

    def data(self, data: bytes) -> None:
        """A part of the answer's body."""
        if self.way is not None:
            self.way.count()
        skim = self._skim
        if skim is not None and (tokens := skim(data)):
            # an event in the middle of an answer that needs no reader
            if self._gaps is not None:
                self._gaps.seen(self._gateway.loop_time())
            answer = self._answer
            if answer.open:
                if tokens > self._most_tokens:
                    self._cut()
                else:
                    answer.writes += 1
                    self._forward(data)
        elif self._streaming:
            self._stream(data)
            if self._broken is not None:
                self._break_off(self._broken)
        else:
            self._collect(data)

    def _collect(self, data: bytes) -> None:
        if isinstance(self._body, bytearray):
            self._body += data
        else:
            self._body = bytearray(self._body + data) if self._body else data
        bounds = self._gateway.boot.bounds
        most = _ERROR_BYTES if self._status >= 400 else bounds.response_body_bytes
        if len(self._body) > most:
            self._break_off(UpstreamError(f"the upstream's answer exceeds {most} bytes"))

    def end(self) -> None:
        """The answer's body is complete."""
        self._call = None
        body = self._body if isinstance(self._body, bytes) else bytes(self._body)
        if self._status >= 400:
            self._refused(body)
        elif self._streaming:
            self._end_stream()
        else:
            self._end_whole(body)

    def fail(self, error: UpstreamError) -> None:
        """No answer, or one that broke off."""
        self._call = None
        if not self._answer.open:
            self._settle(*(self._verdict or ("cancelled", error.code)))
            self._over()
        elif self._outcome is None:
            # the end of the answer, or its own error, was said before this
            self._answer.end()
            self._over()
        elif self._answer.committed:
            self._mark_failed(0.0)
            self._outcome.reason = reason_of(error)
            self._settle("truncated", error.code)
            if not self._walk.carries_on(error):
                self._end_with(error)
        else:
            self._unanswered(error)

    def _break_off(self, error: UpstreamError) -> None:
        self._drop()
        self.fail(error)

    def _not_understood(self, error: UpstreamError) -> None:
        """An answer came and may be charged, but it is none: it is not bought a second time."""
        self._drop()
        if self._status != 200 or not self._answer.open or self._answer.committed:
            self.fail(error)
            return
        self._mark_failed(0.0)
        self._settle("truncated", error.code)
        self._end_with(self._exchange.told(error))

    def _again(self, error: VanguardError, *, for_good: bool = False, blamed: bool = True) -> None:
        self._answer.discard()
        ticket = self._exchange.ticket
        if ticket is not None and isinstance(error, UpstreamRateLimited):
            # its account's quota is spent, which is nothing that is broken
            ticket.refused(error.retry_after_s, self._gateway.loop_time())
        elif blamed and not isinstance(error, StaleConnectionError):
            self._mark_failed(error.retry_after_s or 0.0)
        outcome, self._outcome = self._outcome, None
        if outcome is not None:
            outcome.failed(error)
            self._walk.settle(outcome)
        self._walk.again(error, for_good=for_good)

    def _unanswered(self, error: VanguardError) -> None:
        """It ended before anything of an answer; a refusal of the request is one, though its head said 200."""
        if not isinstance(error, UpstreamRejected):
            self._again(error)
        elif self._walk.falls_back(error.status, error.message.encode()):
            self._again(error, blamed=False)
        else:
            self._status = error.status
            self._settle("failed", error.code)
            self._end_with(self._exchange.told(error))

    def _mark_failed(self, wait_s: float) -> None:
        if self._outcome is not None:
            health, now = self._gateway.health, self._gateway.loop_time()
            tell = health.failed if self._gaps is None else health.broke_off
            tell(self._outcome.deployment.id, now, wait_s, self._begun)

    def _refused(self, body: bytes) -> None:
        """An answer of status >= 400: ours to retry, or the client's to read."""
        outcome = self._outcome
        if outcome is None or not self._answer.open:
            self._settle("failed", _CLIENT_CLOSED)
            self._over()
            return
        gateway = self._gateway
        status, _, error, body, for_good, at_fault = understood(
            gateway, self._exchange, outcome, self._headers, body, gateway.clock.now_ms() / 1000
        )
        if error is None and at_fault:
            self._mark_failed(0.0)
        if error is not None:
            self._again(error, for_good=for_good, blamed=at_fault)
        elif self._walk.falls_back(status, body):
            message = f"deployment '{outcome.deployment.id}' refused the request (HTTP {status})"
            self._again(UpstreamRejected(message), blamed=False)
        else:
            meaning = self._relay.failure(status, hide(self._exchange.hidden, body))
            if isinstance(meaning, bytes) and self._answer.begun:
                meaning = told_within(self._exchange.door.dialect, status, meaning)
            self._settle("failed", f"upstream_{status}")
            if isinstance(meaning, bytes):
                self._answer.send(status, self._lines(), meaning)
                self._over()
            else:
                self._end_with(meaning)

    def _end_whole(self, body: bytes) -> None:
        try:
            whole = self._relay.whole(body)
        except PolicyError as error:
            self._settle("blocked", error.code)
            self._end_with(error)
            return
        except VanguardError as error:
            hide_words(self._exchange.hidden, error)
            if says_error(body):
                # a refusal in the clothes of an answer: nothing was bought
                self._unanswered(of_upstream(error))
            else:
                self._not_understood(of_upstream(error))
            return
        lines = self._lines()
        self._settle("ok", "" if self._answer.open else _CLIENT_CLOSED, self._relay.usage())
        self._answer.send_behind(self._gateway.ledger, lines, whole, self._over)

    # --- streams -----------------------------------------------------------------------------

    def _stream(self, data: bytes) -> None:
        relay = self._relay
        before = relay.tokens
        try:
            out = relay.feed(data)
        except VanguardError as error:
            out = self._before(error)
            if not out:
                return
        tokens, answer = relay.tokens, self._answer
        if tokens > before:
            self._token_seen()
            limit = self._exchange.limit_tokens
            if limit is not None:
                self._read_tokens += tokens - before
                self._read_bytes += len(out)
                if past(limit, tokens, self._read_tokens, self._read_bytes) and answer.open:
                    self._cut()
                    return
        if not answer.committed:
            full = answer.hold(out)
            if not (tokens or relay.done or full):
                return
            answer.commit(self._lines())
            out = b""
        if relay.done:
            out = self._settle_stream(out)
        elif tokens and relay.skim is not None and self._outcome is not None:
            # from here on, most events need no more than a glance
            self._most_tokens = self._exchange.limit_tokens or ENDLESS
            self._skim, self._forward = relay.skim, answer.through(relay.reword)
            self._shorten()
        answer.write(out)

    def _before(self, error: VanguardError) -> bytes:
        """What came in one read with an error and before it; where there is nothing, the end is now."""
        out, error = read_before(self._relay, hide_words(self._exchange.hidden, error))
        if isinstance(error, PolicyError):
            self._stop("blocked", error)
            return b""
        if out and (self._relay.tokens or self._answer.committed):
            self._broken = of_upstream(error)
            return out
        self._break_off(of_upstream(error))
        return b""

    def _cut(self) -> None:
        self._stop("cut", BudgetExceeded("the answer reached what its budget had reserved"))

    def _token_seen(self) -> None:
        now = self._gateway.loop_time()
        if self._gaps is not None:
            self._gaps.seen(now)
        elif self._outcome is not None:
            # an answer, as far as its deployment's health goes: its end may be minutes away
            self._gateway.health.succeeded(self._outcome.deployment.id, self._begun)
            self._gaps = self._exchange.first_token(self._outcome, now)

    def _shorten(self) -> None:
        """Has the connection pass on by itself what is like an event that was read."""
        if self.way is None and self._relay.tap is not None:
            self.way = way_of(self._relay, self._answer, self._gaps, self._gateway.loop_time)
        if self.way is not None and self._call is not None:
            self._call.shortcut(self.way.shortcut(self._most_tokens, self._shorten))

    def _end_stream(self) -> None:
        try:
            rest = self._relay.finish()
        except PolicyError as error:
            self._stop("blocked", error)
            return
        except VanguardError as error:
            self.fail(of_upstream(hide_words(self._exchange.hidden, error)))
            return
        if not self._answer.committed:
            self._answer.commit(self._lines())
        self._answer.end(self._settle_stream(rest))
        self._over()

    def _settle_stream(self, out: bytes) -> bytes:
        """Settles, and gives back of the last events what the client may see."""
        failed = self._outcome is None
        if self._verdict is not None:
            self._settle(*self._verdict)
        elif self._relay.failed():
            # the client reads the upstream's own error; it must not count as success
            failed = True
            self._mark_failed(0.0)
            self._settle("truncated", UpstreamError.code)
        else:
            self._settle("ok", "" if self._answer.open else _CLIENT_CLOSED)
        if failed and out:
            # an error, or what came behind the end
            out = hide_events(self._exchange.hidden, self._exchange.door.dialect, out)
        return out

    def _stop(self, status: Status, error: VanguardError) -> None:
        """Ends an answer on our side; a blocked one is read on for its usage, a cut one is not."""
        if self._verdict is not None:
            return
        self._verdict = (status, error.code)
        event = partial(self._relay.error_event, error, self._exchange.id)
        self._answer.fail(error, event, self._walk.refuse)
        if self._drain is not None:
            # the client had left and the drain goes on
            return
        if status == "cut" or self._call is None or not self._begin_drain():
            self._drop()
            self._settle(status, error.code)
            self._over()

    # --- the client --------------------------------------------------------------------------

    def reading(self, on: bool) -> None:
        """The client's buffer is full, or free again."""
        if self._call is not None:
            self._call.reading(on)

    def client_gone(self) -> None:
        """What is being charged is read on to its usage, within bounds; the rest is cancelled."""
        if self._drain is not None:
            return
        if self._data:
            self._meanwhile = self.client_gone
            return
        if self._call is not None and self._call.sent and self._begin_drain():
            self._call.reading(True)
            return
        self._drop()
        self._settle("cancelled", _CLIENT_CLOSED)
        self._over()

    def too_long(self, error: VanguardError, unheard: Status) -> None:
        """It takes longer than it may; charged as far as known, `unheard` where no answer had begun."""
        if self._data:
            self._meanwhile = partial(self.too_long, error, unheard)
            return
        self._drop()
        self._settle("truncated" if self._status else unheard, error.code)
        self._end_with(error)

    def _begin_drain(self) -> bool:
        if self._outcome is not None:
            self._drain = begin_drain(self._gateway, self._outcome.deployment, self._drain_over)
        return self._drain is not None

    def _drain_over(self) -> None:
        self._drop()
        self._settle(*(self._verdict or ("cancelled", "drain_deadline")))
        self._over()

    # --- ends --------------------------------------------------------------------------------

    def _drop(self) -> None:
        call, self._call, self._broken = self._call, None, None
        if call is not None:
            self._sent = call.sent
            call.cancel()

    def _end_with(self, error: VanguardError) -> None:
        event = partial(self._relay.error_event, error, self._exchange.id)
        self._answer.fail(error, event, self._walk.refuse)
        self._over()

    def _over(self) -> None:
        if self._drain is not None:
            self._drain.end()
            self._drain = None
        self._walk.over()

    def _settle(self, status: Status, error: str, told: Usage | None = None) -> None:
        """Settles once; later calls find nothing left to settle. `told` is of a whole answer."""
        outcome, self._outcome = self._outcome, None
        if outcome is None:
            return
        if self._streaming:
            self._leave_stream()
        if status == "ok" and self._gaps is None:
            self._gateway.health.succeeded(outcome.deployment.id, self._begun)
        outcome.status, outcome.error, outcome.last = status, error, True
        outcome.usage = told
        if told is None and self._status >= 400:
            outcome.usage = Usage()
        elif told is None and (self._status or self._sent):
            body_bytes = -1 if self._streaming else len(self._body)
            outcome.usage = charged_usage(self._exchange, self._relay, status, body_bytes)
        self._walk.settle(outcome)
        if self._answer.open and told is None:
            self._answer.dam(self._gateway.ledger)

    def _leave_stream(self) -> None:
        """What is left of it is read event by event, and counted no more."""
        self._skim = None
        if self.way is not None:
            self.way.count()
            self.way = None
            if self._call is not None:
                self._call.shortcut(None)
        if self._gaps is not None:
            self._gaps.tell()

    def _lines(self) -> bytes:
        deployment = self._outcome.deployment if self._outcome is not None else None
        return response_lines(self._exchange, deployment, self._headers, self._relay.losses)
