"""What routing knows of a model's deployments before any request, worked out once for a lane.

It does not know how they do at present; that is the router's.
"""

from __future__ import annotations

from collections.abc import Sequence

from vanguard.gateway.routing.warmth.pins import BOUND_DIALECTS
from vanguard.snapshot.model import Deployment, FallbackCause, Model


class Course:
    """The deployments that offer an operation, in tiers, and the models behind this one.

    Attributes:
        routing: the model's policy.
        able: all of them, in their configured order; `accounts` theirs, by id.
        tiers: by rising priority; with the policy `order` each is a tier of its own.
        fallbacks: what serves when these do not, in that order.
        most: attempts at the model itself; the rest of a request's are its fallbacks'.
        plain: whether there is nothing to choose and nothing to learn.
        affine: whether a conversation should stay where it is.
        bound: whether there are items that only one of several accounts can read.
        ids: of `able`.
        reads_prefix, reads_items: whether a request must be looked into for either, for the models
            behind this one too.
    """

    __slots__ = (
        "able",
        "accounts",
        "affine",
        "bound",
        "fallbacks",
        "ids",
        "most",
        "plain",
        "reads_items",
        "reads_prefix",
        "routing",
        "tiers",
    )

    def __init__(
        self, model: Model, able: Sequence[Deployment], attempts: int, fallbacks: tuple[Course, ...]
    ) -> None:
        self.routing = model.routing
        self.able = tuple(able)
        self.fallbacks = fallbacks
        self.tiers = _tiers(self.able, in_order=self.routing.policy == "order")
        self.most = attempts - min(len(fallbacks), attempts // 2)
        self.plain = len(self.able) < 2 and not any(map(_limited, self.able))
        several = any(len(tier) > 1 for tier in self.tiers)
        self.affine = several and self.routing.affinity_s > 0
        self.accounts = {one.id: one.account or one.id for one in self.able}
        self.bound = len(set(self.accounts.values())) > 1 and any(
            not BOUND_DIALECTS.isdisjoint((one.dialect, *one.also)) for one in self.able
        )
        self.ids = frozenset(one.id for one in self.able)
        self.reads_prefix = self.affine or any(one.affine for one in fallbacks)
        self.reads_items = self.bound or any(one.bound for one in fallbacks)

    def of(self, deployment: Deployment) -> Course:
        """The model, this one or one behind it, that a deployment serves."""
        if deployment.id not in self.ids:
            for one in self.fallbacks:
                if deployment.id in one.ids:
                    return one
        return self

    def falls_back_on(self, cause: FallbackCause) -> bool:
        """Whether another model serves for such a reason."""
        return bool(self.fallbacks) and cause in self.routing.fallback_on


def _limited(deployment: Deployment) -> bool:
    """Whether what goes there must be counted, for others of its account may have a choice."""
    quota = deployment.quota
    return quota is not None and any(
        (
            quota.requests_per_minute,
            quota.tokens_per_minute,
            quota.input_tokens_per_minute,
            quota.output_tokens_per_minute,
        )
    )


def seat_of(deployment: Deployment) -> str:
    """What shares one quota and one prompt cache: an account with a model."""
    return f"{deployment.account or deployment.id} {deployment.model}"


def _tiers(able: tuple[Deployment, ...], *, in_order: bool) -> tuple[tuple[Deployment, ...], ...]:
    ranked = sorted(able, key=lambda one: one.priority)
    if in_order:
        return tuple((one,) for one in ranked)
    ranks = dict.fromkeys(one.priority for one in ranked)
    return tuple(tuple(one for one in ranked if one.priority == rank) for rank in ranks)
