"""What all requests of one key to one model through one door have in common, worked out once.

It does not know any single request. A lane belongs to one snapshot and goes with it.
"""

from __future__ import annotations

from typing import NamedTuple

from vanguard.core.errors import (
    GuardUnavailable,
    ModelNotFound,
    UnboundedCost,
    UnsupportedFeature,
)
from vanguard.core.journal import IntentHead
from vanguard.core.money import bound_usd_micros, ceilings
from vanguard.gateway.doors import UPSTREAM_PATHS, Operation
from vanguard.gateway.metrics import ModelMeter
from vanguard.gateway.routing.course import Course
from vanguard.guardrails.regex_policy import CompiledPolicy
from vanguard.snapshot.model import Deployment, Key, Model

_MEDIA_TOKENS = 200_000
# of one answer, where nobody knows how much a model writes
_LONGEST_TOKENS = 200_000


class Place(NamedTuple):
    """Where a lane belongs.

    Attributes:
        operation: the door's.
        attempts: the most of one request.
        meter: where the model's requests are counted.
        behind: models that may serve in its place, with their deployments.
    """

    operation: Operation
    attempts: int
    meter: ModelMeter
    behind: tuple[tuple[Model, tuple[Deployment, ...]], ...] = ()


class Lane:
    """The model, its policies and its deployments, as one key sees them.

    Attributes:
        able: deployments that offer the operation, in their configured order.
        deployments: all that may cost something: the model's, and those of the models behind it.
        course: how to choose among them.
        attempts: `able`, again and again up to the bound of attempts.
        reads_media: whether all of them read pictures and files.
        meter: where its model's requests are counted.
        media_tokens: the most input tokens of a request with pictures or files.
        on_input, on_output: the policies of either direction.
        awaits: whether one of `deployments` is asked with something that has to be fetched first.
        continuations: how often another deployment goes on with a broken answer.
        wraps: whether a relay needs more around it: output policies, pins, continuations.
        intents: what is always the same in the journal's intents, by deployment, the client's
            dialect and whether a stream was asked; filled on use.
    """

    __slots__ = (
        "_ceilings",
        "_most_output_tokens",
        "_unpriced",
        "able",
        "attempts",
        "awaits",
        "continuations",
        "course",
        "deployments",
        "intents",
        "media_tokens",
        "meter",
        "model",
        "on_input",
        "on_output",
        "operation",
        "reads_media",
        "wraps",
    )

    def __init__(
        self,
        model: Model,
        deployments: tuple[Deployment, ...],
        policies: tuple[CompiledPolicy, ...],
        place: Place,
    ) -> None:
        operation, attempts, meter, behind = place
        self.model = model
        self.operation = operation
        self.on_input = tuple(policy for policy in policies if policy.on_input)
        self.on_output = tuple(policy for policy in policies if policy.on_output)
        self.able = tuple(one for one in deployments if _offers(one, operation))
        self.course = Course(
            model, self.able, attempts, tuple(_behind(model, one, place) for one in behind)
        )
        self.attempts = (self.able * self.course.most)[: self.course.most]
        others = [one for course in self.course.fallbacks for one in course.able]
        deployments = self.deployments = (*deployments, *others)
        self.reads_media = all(one.reads_media for one in self.able)
        self.awaits = any(one.awaits for one in deployments)
        self.continuations = 0
        if operation == "chat" and len(self.able) > 1 and not self.on_output:
            # a mask keeps back what it may still need: what the client has is not what was written
            able = any(one.continues for one in self.able)
            self.continuations = model.continuations if able else 0
        self.wraps = bool(self.on_output or self.continuations or self.course.reads_items)
        self.meter = meter
        self.intents: dict[tuple[str, str, bool], IntentHead] = {}
        self._ceilings = ceilings(one.price for one in deployments if one.price is not None)
        # pictures and files cost by their content: at most what the context holds
        self.media_tokens = max(one.context_tokens or _MEDIA_TOKENS for one in deployments)
        self._most_output_tokens = max(
            one.max_output_tokens or one.context_tokens or _LONGEST_TOKENS for one in deployments
        )
        self._unpriced = next((one.id for one in deployments if one.price is None), "")

    @property
    def costs(self) -> bool:
        """Whether a call may cost anything, as far as known."""
        return bool(self._unpriced) or any(any(ceiling) for ceiling in self._ceilings)

    def guess_usd_micros(self, input_tokens: int, output_tokens: int) -> int:
        """What a call of that length may cost; 0 where a price is not known.

        A cap may be any number: for no more is guessed than the longest answer that a deployment gives.
        """
        if self._unpriced:
            return 0
        most = self._most_output_tokens
        if output_tokens > most:  # noqa: PLR1730 - on the way of every request: no call of min()
            output_tokens = most
        return bound_usd_micros(self._ceilings, input_tokens, output_tokens)

    def bound_usd_micros(self, input_tokens: int, output_tokens: int) -> int:
        """The most a call can cost at any deployment when neither count is exceeded.

        Raises:
            UnboundedCost: the price of one of them is not known.
        """
        if self._unpriced:
            raise UnboundedCost(
                f"a budget applies and the price of '{self._unpriced}' is not known; set its price"
                " in the settings, or use a key without a budget"
            )
        return bound_usd_micros(self._ceilings, input_tokens, output_tokens)


def make_lane(
    key: Key,
    model: Model,
    deployments: tuple[Deployment, ...],
    known: dict[str, CompiledPolicy],
    place: Place,
) -> Lane:
    """The lane of a key's calls of a model.

    Args:
        key: whose calls.
        model: which model; `deployments` are the places behind it.
        deployments: in their configured order.
        known: every policy of the snapshot.
        place: where it belongs.

    Raises:
        ModelNotFound: the model is of another kind than the door.
        GuardUnavailable: a policy that should guard it is gone.
        UnsupportedFeature: no deployment offers the operation.
    """
    operation = place.operation
    wanted = "embedding" if operation == "embeddings" else "chat"
    if model.kind != wanted:
        raise ModelNotFound(
            f"'{model.name}' is a model for {model.kind}, not for {wanted}", param="model"
        )
    names = dict.fromkeys((*model.policies, *key.policies))
    for name in names:
        if name not in known:
            # a reload took it out of the settings: what it guarded is not served unguarded
            raise GuardUnavailable(
                f"the guardrail policy '{name}' of this key is no longer configured; put it back or"
                " make a new key"
            )
    policies = tuple(known[name] for name in names)
    lane = Lane(model, deployments, policies, place)
    if not lane.able and operation != "count_tokens":
        raise UnsupportedFeature(
            f"no deployment of '{model.name}' offers {operation}", param="model"
        )
    return lane


def _behind(model: Model, behind: tuple[Model, tuple[Deployment, ...]], place: Place) -> Course:
    """How to choose among the deployments of a model that may serve in another's place.

    None of them are taken where it is guarded by more than the model that was asked for: its policies
    would not be applied. Settings that say so are refused before they come here.
    """
    other, deployments = behind
    able = [one for one in deployments if _offers(one, place.operation)]
    guarded = set(other.policies) <= set(model.policies)
    return Course(other, able if guarded else (), place.attempts, ())


def _offers(deployment: Deployment, operation: Operation) -> bool:
    if operation == "count_tokens":
        return deployment.counts_tokens
    return (deployment.dialect, operation) in UPSTREAM_PATHS
