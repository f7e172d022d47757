"""Puts a model's deployments in the order in which a request should try them, and learns from each try.

It does not know exchanges, dialects or the network: `Ask` says what matters of a request, a `Ticket` is
told how it went. All of it is one worker's own; nothing here waits, and nothing here can refuse a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from random import Random
from typing import Literal, NamedTuple

from vanguard.gateway.routing.course import Course, seat_of
from vanguard.gateway.routing.health import Health
from vanguard.gateway.routing.load import Load
from vanguard.gateway.routing.orders import Candidate, put_in_order
from vanguard.gateway.routing.quota.account import NOTHING, AccountQuota, Need
from vanguard.gateway.routing.quota.line import Line, Place
from vanguard.gateway.routing.ticket import Busy, Ticket
from vanguard.gateway.routing.warmth.affinity import Affinity
from vanguard.gateway.routing.warmth.pins import Pins
from vanguard.gateway.routing.warmth.prefix import Prefix
from vanguard.snapshot.model import Deployment, Quota

Standing = Literal["ready", "no_quota", "broken"]
Because = Literal["pinned", "warm", "policy"]

# below that nobody waits for anybody: a conversation need not leave for a cold place
_FREE_REQUESTS = 8
# about how fast a model reads what is not in its cache: a shorter wait for the cache is no loss
_READ_TOKENS_A_SECOND = 10_000
# those that wait go first, also where there is room for all
_TURN_S = 0.05


class Ask(NamedTuple):
    """What matters of a request.

    Attributes:
        input_tokens: an estimate.
        output_tokens: the most that all its answers may hold, None when the client named no cap.
        stream: whether it wants a stream.
        media: whether it holds pictures or files.
        prefix: beginnings that a cache may hold; None where none is looked for.
        account: the only one that can read an item of it; empty when there is none.
        patience_s: how long it may still wait for a quota.
    """

    input_tokens: int
    output_tokens: int | None = None
    stream: bool = False
    media: bool = False
    prefix: Prefix | None = None
    account: str = ""
    patience_s: float = 0.0


class Choice(NamedTuple):
    """One deployment's place in a plan.

    Attributes:
        standing: whether it may serve now.
        because: what put it where it is among its equals.
        warm: how much of the prompt its cache is believed to hold, 0 to 1.
        lacks: of which quota too little is left; empty when there is enough.
        wait_s: until there is enough, for those that wait there and then for this one.
        need: what the request takes of the quota.
        waited_for: whether others wait there.
    """

    deployment: Deployment
    standing: Standing
    because: Because
    warm: float
    lacks: str = ""
    wait_s: float = 0.0
    need: Need = NOTHING
    waited_for: bool = False


class Plan(NamedTuple):
    """Each deployment once, in the order in which they are tried."""

    choices: tuple[Choice, ...]

    @property
    def pause_s(self) -> float:
        """How long to wait before the first attempt: until the quota of its account holds it."""
        first = self.choices[0]
        return first.wait_s if first.standing == "no_quota" else 0.0

    @property
    def place(self) -> Place:
        """Where it would wait for that."""
        first = self.choices[0]
        return Place(seat_of(first.deployment), first.need, first.wait_s)

    @property
    def crowded(self) -> bool:
        """Whether there is nothing for it but what others wait for."""
        if any(one.standing == "ready" for one in self.choices):
            return False
        return any(one.waited_for for one in self.choices)

    def attempts(self, most: int) -> tuple[Deployment, ...]:
        """One after the other, and again, up to a bound."""
        order = tuple(one.deployment for one in self.choices)
        return order[:most] if len(order) >= most else (order * most)[:most]


class Router:
    """Everything that one worker has learned of its deployments.

    Args:
        health: their breakers.
        random: for draws; seeded in simulations.
        output_tokens: what an answer is expected to hold when the client named no cap.

    Attributes:
        line: the requests that wait for a quota.
    """

    def __init__(
        self, health: Health, random: Random | None = None, output_tokens: int = 1_024
    ) -> None:
        self.health = health
        self.pins = Pins()
        self.affinity = Affinity()
        self.line = Line()
        self._random = random or Random()  # noqa: S311 - no secret depends on it
        self._output_tokens = output_tokens
        self._loads: dict[str, Load] = {}
        self._quotas: dict[str, AccountQuota] = {}

    # --- before --------------------------------------------------------------------------------

    def plan(self, course: Course, ask: Ask, now: float) -> Plan:
        """The order in which a request tries the deployments of one model.

        Those that may serve come first, tier by tier; then those whose quota would not hold the
        request; then those whose breaker is open, the one that closes soonest first. An item that one
        account alone can read leaves no other to choose from. Where a quota will hold the request sooner
        than another place could read what is cached there, that place goes first, and the request waits.
        Where none will hold it as soon as it must go, the policy decides as among the ready. An account
        that others wait for has room for nobody else.
        """
        ready: list[Choice] = []
        short: list[Choice] = []
        broken: list[Choice] = []
        waiting = self.line.ahead
        for tier in course.tiers:
            fit: list[Candidate] = []
            for one in tier:
                if ask.media and not one.reads_media:
                    continue
                warm = self._warm(course, ask, one, now)
                if not self.health.healthy(one.id, now):
                    broken.append(Choice(one, "broken", "policy", warm))
                    continue
                quota, need = self.quota(one), self._need(one, ask, warm)
                ahead = waiting.get(seat_of(one)) if waiting else None
                lacks = quota.lacks(need, now)
                if ahead is not None:
                    wait_s = max(quota.wait_s(need, now, ahead), _TURN_S)
                    short.append(Choice(one, "no_quota", "policy", warm, lacks, wait_s, need, True))
                elif lacks:
                    wait_s = quota.wait_s(need, now)
                    short.append(Choice(one, "no_quota", "policy", warm, lacks, wait_s, need))
                else:
                    fit.append(self._candidate(one, ask, warm, now))
            ready += self._ordered(course, ask, fit)
        broken.sort(key=lambda one: self.health.opens_in_s(one.deployment.id, now))
        if short:
            short.sort(key=lambda one: one.wait_s)
            home = _worth_a_wait(ask, ready, short)
            if home is not None:
                short.remove(home)
                ready.insert(0, home._replace(because="warm"))
            elif not ready:
                short = self._in_spite(course, ask, short, now)
        return _pinned(ask.account, (*ready, *short, *broken))

    def _in_spite(self, course: Course, ask: Ask, short: list[Choice], now: float) -> list[Choice]:
        """In the order of the policy where none will hold the request before it must go.

        What is believed may be wrong, so it is sent at once. If the one that said the shortest wait had
        all of those, nobody would learn that another is well again.
        """
        if short[0].wait_s <= ask.patience_s or any(one.waited_for for one in short):
            return short
        known = {one.deployment.id: one for one in short}
        order: list[Choice] = []
        for tier in course.tiers:
            fit = [
                self._candidate(one, ask, known[one.id].warm, now)
                for one in tier
                if one.id in known
            ]
            order += self._ordered(course, ask, fit)
        return [known[one.deployment.id] for one in order]

    def fall_back(self, course: Course, ask: Ask, now: float) -> tuple[Deployment, ...]:
        """The deployments of the models behind this one, model by model."""
        found: dict[str, Deployment] = {}
        for behind in course.fallbacks:
            for one in self.plan(behind, ask._replace(account=""), now).choices:
                found.setdefault(one.deployment.id, one.deployment)
        return tuple(found.values())

    def _warm(self, course: Course, ask: Ask, deployment: Deployment, now: float) -> float:
        if ask.prefix is None or not course.affine:
            return 0.0
        since = now - course.routing.affinity_s
        found = self.affinity.warm_bytes(seat_of(deployment), ask.prefix, since)
        return found / ask.prefix.size_bytes if found else 0.0

    def _need(self, deployment: Deployment, ask: Ask, warm: float) -> Need:
        quota = self.quota(deployment)
        output = ask.output_tokens
        if output is None or quota.rule.counting == "used":
            most = self._output_tokens if output is None else min(output, self._output_tokens)
            output = most
        if ask.output_tokens is None and quota.rule.counting == "reserved":
            # without a cap the model's own is reserved
            output = deployment.max_output_tokens or self._output_tokens
        return quota.need(ask.input_tokens, output, warm)

    def _candidate(self, deployment: Deployment, ask: Ask, warm: float, now: float) -> Candidate:
        load = self._loads.get(deployment.id)
        if load is None:
            return Candidate(deployment, warm)
        waits = load.streamed if ask.stream else load.whole
        return Candidate(deployment, warm, load.requests, load.tokens, waits.mean_s(now))

    def _ordered(self, course: Course, ask: Ask, fit: Sequence[Candidate]) -> list[Choice]:
        """By the policy, but for the conversation's own place, unless that is busier than the others."""
        routing = course.routing
        order = put_in_order(routing.policy, fit, ask.input_tokens, self._random)
        home = None
        if len(order) > 1 and routing.policy != "cheapest":
            home = _home(order, routing.max_load)
        if home is not None:
            order = [home, *(one for one in order if one is not home)]
        return [
            Choice(one.deployment, "ready", "warm" if one is home else "policy", one.warm)
            for one in order
        ]

    # --- during and after ----------------------------------------------------------------------

    def begin(self, course: Course, ask: Ask, deployment: Deployment, now: float) -> Ticket:
        """A request goes to a deployment; the ticket must be handed in when it has ended.

        Args:
            course: of the model that was asked for.
            ask: the request.
            deployment: of that model, or of one behind it.
            now: monotonic seconds.
        """
        course = course.of(deployment)
        warm = self._warm(course, ask, deployment, now)
        quota = self.quota(deployment)
        taken = quota.take(self._need(deployment, ask, warm), now)
        load = self._loads.get(deployment.id)
        if load is None:
            load = self._loads[deployment.id] = Load()
        tokens = ask.input_tokens + (ask.output_tokens or self._output_tokens)
        unsent = None
        if course.affine and ask.prefix is not None:
            seat = seat_of(deployment)
            before = self.affinity.sent(seat, ask.prefix, now)
            unsent = partial(self.affinity.unsent, seat, before, now)
        busy = Busy(ask.input_tokens, tokens, ask.stream)
        return Ticket(now, load, busy, quota, taken, unsent)

    # --- looking and forgetting ----------------------------------------------------------------

    def quota(self, deployment: Deployment) -> AccountQuota:
        """What its account is allowed."""
        seat = seat_of(deployment)
        found = self._quotas.get(seat)
        if found is None:
            found = self._quotas[seat] = AccountQuota(deployment.quota)
        return found

    def load(self, deployment: Deployment) -> Load:
        """What it is busy with."""
        return self._loads.get(deployment.id) or Load()

    def forget(self, known: Iterable[Deployment]) -> None:
        """A new snapshot: drops what is no longer configured, and takes up changed quotas."""
        deployments = list(known)
        ids = frozenset(one.id for one in deployments)
        seats: dict[str, Quota | None] = {}
        for one in deployments:
            seats[seat_of(one)] = one.quota or seats.get(seat_of(one))
        self.health.forget(ids)
        self.affinity.forget(frozenset(seats))
        for gone in [seat for seat in self._quotas if seat not in seats]:
            del self._quotas[gone]
        for gone in [one for one in self._loads if one not in ids]:
            del self._loads[gone]
        for seat, quota in self._quotas.items():
            quota.configure(seats[seat])


def _home(order: Sequence[Candidate], max_load: float) -> Candidate | None:
    """Where most of the conversation is warm, unless that is much busier than the mean."""
    home = max(order, key=lambda one: one.warm)
    if not home.warm:
        return None
    mean = (sum(one.requests for one in order) + 1) / len(order)
    return home if home.requests < max(_FREE_REQUESTS, max_load * mean) else None


def _worth_a_wait(ask: Ask, ready: Sequence[Choice], short: Sequence[Choice]) -> Choice | None:
    """The place whose quota is short for less time than reading its cached part elsewhere would take."""
    if not ask.patience_s or not ready or not short:
        return None
    home = max(short, key=lambda one: one.warm)
    colder = home.warm - max(one.warm for one in ready)
    longest_s = min(colder * ask.input_tokens / _READ_TOKENS_A_SECOND, ask.patience_s)
    if home.wait_s > longest_s or home.deployment.priority > ready[0].deployment.priority:
        return None
    return home


def _pinned(account: str, choices: tuple[Choice, ...]) -> Plan:
    if account:
        own = tuple(
            one._replace(because="pinned")
            for one in choices
            if (one.deployment.account or one.deployment.id) == account
        )
        if own:
            # elsewhere the request would be refused for good: rather wait for the one that can
            return Plan(own)
    return Plan(choices)
