"""Says which attempts a request would make, in which order and why; asks and counts nothing.

It does not know how they are ordered: the plan comes from the code that routes, and this worker's own
knowledge is shown beside it.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import InvalidRequest, RouteNotFound
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.gateway.app import Gateway
from vanguard.gateway.aws.doors import find_aws_door
from vanguard.gateway.doors import CROSSED, find_door
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import find_google_door
from vanguard.gateway.http.contract import Client
from vanguard.gateway.http.messages import Request
from vanguard.gateway.routing.course import Course
from vanguard.gateway.routing.router import Ask, Choice, Plan
from vanguard.snapshot.model import Deployment, Key, RoutingPolicy

EXPLAIN_PATH = "/api/route/explain"

_OPERATIONS = frozenset({"chat", "embeddings", "count_tokens"})
_POLICIES: dict[RoutingPolicy, str] = {
    "order": "next in the order of the settings",
    "weighted": "drawn by weight",
    "least_tokens": "fewest tokens in flight for its weight",
    "latency": "the sooner to answer of two",
    "cheapest": "lowest expected cost",
}


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked: a request as a client would send it.

    Attributes:
        request: its body; a model's name alone will do.
        path: the door it comes to.
        key: id or name of the key that it comes with; the admin key when empty.
    """

    request: msgspec.Raw
    path: str = "/v1/chat/completions"
    key: str = ""


class QuotaLeft(msgspec.Struct, frozen=True):
    """Of one kind in a minute."""

    limit: float | None
    left: float


class Place(msgspec.Struct, frozen=True):
    """One deployment with all that is known of it here."""

    deployment: str
    model: str
    provider: str
    account: str
    priority: int
    weight: int
    standing: str
    why: str
    breaker: str
    warm_share: float
    requests_in_flight: int
    tokens_in_flight: int
    wait_ms: int
    quota: dict[str, QuotaLeft]


class LeftOut(msgspec.Struct, frozen=True):
    """A deployment that the request cannot go to."""

    deployment: str
    why: str


class Explained(msgspec.Struct, frozen=True):
    """The answer.

    Attributes:
        worker: whose knowledge it is; each has its own.
        model: what the asked name leads to.
        input_tokens: an estimate.
        cacheable_bytes: of the longest beginning that a cache may hold.
        attempts: ids of deployments, one after the other, as they would be tried.
        deployments: each once, in that order.
        fallbacks: what would follow when these do not serve.
        fallback_on: for which reasons.
    """

    worker: str
    snapshot_version: int
    model: str
    key: str
    policy: str
    input_tokens: int
    output_tokens: int | None
    cacheable_bytes: int
    pinned_account: str
    attempts: tuple[str, ...]
    deployments: tuple[Place, ...]
    fallbacks: tuple[str, ...]
    fallback_on: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


_question = msgspec.json.Decoder(Question)


def asked_exchange(gateway: Gateway, body: bytes, client: Client, admin: Key) -> Exchange:
    """The request that is asked about, as if it had been admitted; nothing is reserved for it.

    Args:
        gateway: whose snapshot.
        body: the question.
        client: who asks, by his admin key.
        admin: that key.

    Raises:
        InvalidRequest: the question, or the request in it, cannot be read.
        RouteNotFound: no model call comes to such a path.
        ModelNotFound: no such model for this key.
        UnsupportedFeature: no deployment of the model offers the operation.
    """
    try:
        question = _question.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(
            f'send {{"request": {{"model": …}}, "path": …, "key": …}}: {error}'
        ) from error
    path = question.path
    door = find_door(path) or find_aws_door(path) or find_google_door(path)
    if door is None or door.operation not in _OPERATIONS:
        raise RouteNotFound(f"no model call comes to {question.path[:200]}")
    view = gateway.state.view
    target = question.path.encode("latin-1", "replace")
    asked = Request(door.method, target, [], bytes(question.request))
    exchange = Exchange(asked, client, door, view)
    exchange.key = _key(view.keys, question.key, admin)
    peek = PASS_THROUGHS[door.dialect].peek(exchange.body)
    if peek.crossed and not door.varies:
        door = exchange.door = CROSSED
        peek = PASS_THROUGHS[door.dialect].peek(exchange.body)
    exchange.peek = peek = door.adapt(peek) if door.varies else peek
    place = (door.operation, gateway.boot.bounds.attempts)
    exchange.lane = view.make_lane(exchange.key, peek.model, place, gateway.metrics)
    exchange.model = exchange.lane.model
    return exchange


def _key(keys: dict[str, Key], named: str, admin: Key) -> Key:
    if not named:
        return admin
    for key in keys.values():
        if named in {key.id, key.name}:
            return key
    raise InvalidRequest(f"no key is called '{named[:200]}'; name its id, or its name", param="key")


def explain(gateway: Gateway, exchange: Exchange, ask: Ask, plan: Plan) -> bytes:
    """The answer, as JSON.

    Args:
        gateway: whose knowledge.
        exchange: the request that is asked about.
        ask: what routing sees of it.
        plan: the order that it makes.
    """
    course, now = exchange.lane.course, gateway.loop_time()
    behind = gateway.router.fall_back(course, ask, now)
    found = Explained(
        worker=gateway.claim.name,
        snapshot_version=exchange.view.version,
        model=exchange.model.name,
        key=exchange.key.name,
        policy=course.routing.policy,
        input_tokens=ask.input_tokens,
        output_tokens=ask.output_tokens,
        cacheable_bytes=ask.prefix.size_bytes if ask.prefix else 0,
        pinned_account=ask.account,
        attempts=tuple(one.id for one in plan.attempts(course.most)),
        deployments=tuple(_place(gateway, course, ask, one, now) for one in plan.choices),
        fallbacks=tuple(one.id for one in behind),
        fallback_on=course.routing.fallback_on if course.fallbacks else (),
        left_out=_left_out(exchange, ask, plan),
    )
    return msgspec.json.encode(found)


def _place(gateway: Gateway, course: Course, ask: Ask, choice: Choice, now: float) -> Place:
    one = choice.deployment
    load, standing = gateway.router.load(one), gateway.router.quota(one).standing(now)
    waits = load.streamed if ask.stream else load.whole
    return Place(
        deployment=one.id,
        model=one.model,
        provider=one.provider,
        account=one.account,
        priority=one.priority,
        weight=one.weight,
        standing=choice.standing,
        why=_why(gateway, course, choice, now),
        breaker=gateway.health.breaker(one.id, now),
        warm_share=round(choice.warm, 3),
        requests_in_flight=load.requests,
        tokens_in_flight=load.tokens,
        wait_ms=round(waits.mean_s(now) * 1000),
        quota={name: QuotaLeft(limit, round(left, 1)) for name, (limit, left) in standing.items()},
    )


def _why(gateway: Gateway, course: Course, choice: Choice, now: float) -> str:
    """One sentence for people."""
    if choice.standing != "ready":
        return _why_last(gateway, choice, now)
    if choice.because == "pinned":
        return "the request holds an item that this account alone can read"
    if choice.because == "warm":
        return f"{choice.warm:.0%} of the prompt is believed to be in its cache"
    if len(course.able) == 1:
        return "the only one"
    return _POLICIES[course.routing.policy]


def _why_last(gateway: Gateway, choice: Choice, now: float) -> str:
    """Of one that may not serve now."""
    one, seconds = choice.deployment, f"{choice.wait_s:.1f} s"
    if choice.standing == "broken":
        opens_in_s = gateway.health.opens_in_s(one.id, now)
        if not opens_in_s:
            return "it does not answer its probe"
        return f"its breaker is open, for {opens_in_s:.1f} s more"
    if choice.waited_for:
        return f"other requests wait for its account's quota; after them it holds this one in {seconds}"
    if choice.because == "warm":
        return (
            f"{choice.warm:.0%} of the prompt is believed to be in its cache; its quota of"
            f" {choice.lacks} holds the request in {seconds}, sooner than another could read that"
        )
    refused_s = gateway.router.quota(one).free_in_s(now)
    if refused_s:
        return f"its account was refused (429), for {refused_s:.1f} s more"
    return f"its account's quota of {choice.lacks} does not hold the request, for {seconds} more"


def _left_out(exchange: Exchange, ask: Ask, plan: Plan) -> tuple[LeftOut, ...]:
    placed = {one.deployment.id for one in plan.choices}
    able = {one.id for one in exchange.lane.able}
    return tuple(
        LeftOut(one.id, _why_not(one, ask, able=one.id in able))
        for one in exchange.view.deployments(exchange.model)
        if one.id not in placed
    )


def _why_not(deployment: Deployment, ask: Ask, *, able: bool) -> str:
    if not able:
        return "it does not offer this operation"
    if ask.media and not deployment.reads_media:
        return "it reads text only"
    return "another account made an item of the request, and alone can read it"
