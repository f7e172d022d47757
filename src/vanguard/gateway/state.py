"""The snapshot in use, with what can be worked out once for all its requests.

It does not know how a snapshot is made. A bad or missing file never replaces a good snapshot.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from vanguard.core.errors import ModelNotFound, NotReady, SettingsError, UpstreamUnavailable
from vanguard.gateway.doors import Operation
from vanguard.gateway.http.messages import FixedHead
from vanguard.gateway.http.origin import Origin, parse_base_url
from vanguard.gateway.lane import Lane, Place, make_lane
from vanguard.gateway.metrics import Metrics
from vanguard.guardrails.regex_policy import CompiledPolicy
from vanguard.snapshot.file import read_snapshot
from vanguard.snapshot.model import Deployment, Key, Model, Snapshot

# names that lead through patterns are the clients' own: what is remembered of them is bounded
_LANES = 10_000


class View:
    """One snapshot, ready for look-ups. Never changed after it is made, but for what it remembers.

    Attributes:
        secrets: the keys of those that have called, by their secret: hashing it is a fiftieth of what a
            request costs. An unknown one is never kept.
        bearers: the same by the whole header.
        chains: the scopes of each key, outermost first, by its id.
        lanes: by key id, asked name and operation; made on first use.
        heads: of requests to deployments, by deployment, dialect, operation and secret; likewise.
        unusable: why a deployment is left out, by its id. The rest of the snapshot counts: keys that it
            revokes must not go on for one mistyped address.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.origins, self.unusable = _origins(snapshot.deployments)
        if self.unusable:
            usable = {one: snapshot.deployments[one] for one in self.origins}
            snapshot = msgspec.structs.replace(snapshot, deployments=usable)
        self.snapshot = snapshot
        self.version = snapshot.version
        self.keys = snapshot.keys
        self.secrets: dict[bytes, Key] = {}
        self.bearers: dict[bytes | None, Key] = {}
        self.chains = {
            key.id: tuple(
                snapshot.scopes[scope] for scope in key.scopes if scope in snapshot.scopes
            )
            for key in snapshot.keys.values()
        }
        # filled on first use; they go with the view when deployments change
        self.heads: dict[tuple[str, str, str, bytes], FixedHead] = {}
        self.placed: dict[tuple[str, str], tuple[bytes, FixedHead]] = {}
        self.lanes: dict[tuple[str, str, Operation], Lane] = {}
        self._deployments = {
            name: tuple(
                snapshot.deployments[one] for one in model.deployments if one not in self.unusable
            )
            for name, model in snapshot.models.items()
        }
        for name in (*snapshot.names.values(), *(target for _, target in snapshot.patterns)):
            if name not in snapshot.models or not snapshot.models[name].deployments:
                raise ValueError(f"model '{name}' has no deployment")
        self.policies = {name: CompiledPolicy(policy) for name, policy in snapshot.policies.items()}

    def deployments(self, model: Model) -> tuple[Deployment, ...]:
        """The deployments of a model, in their configured order."""
        return self._deployments[model.name]

    def make_lane(
        self, key: Key, name: str, place: tuple[Operation, int], metrics: Metrics
    ) -> Lane:
        """Works out what a key's calls of a model through such a door have in common.

        Args:
            key: whose calls.
            name: the model as the client asks for it.
            place: the door's operation, and the most attempts of one request.
            metrics: where the model's requests are counted.

        Raises:
            ModelNotFound: no such model for this key, or one of another kind.
            GuardUnavailable: a policy that should guard it is gone.
            UnsupportedFeature: no deployment offers the operation.
            UpstreamUnavailable: none of its deployments can be used.
        """
        model = self.model_for(key, name)
        deployments = self._deployments[model.name]
        if not deployments:
            raise UpstreamUnavailable(
                f"no deployment of '{model.name}' can be used; the gateway's log says why"
            )
        where = Place(*place, metrics.model(model.name), self._behind(key, model, place[0]))
        lane = make_lane(key, model, deployments, self.policies, where)
        if len(self.lanes) >= _LANES:
            self.lanes.clear()
        self.lanes[key.id, name, place[0]] = lane
        return lane

    def _behind(
        self, key: Key, model: Model, operation: Operation
    ) -> tuple[tuple[Model, tuple[Deployment, ...]], ...]:
        """The models that may serve in this one's place, as far as the key may use them."""
        if operation != "chat":
            return ()
        found = [self.model(name) for name in model.routing.fallbacks]
        return tuple(
            (other, self._deployments[other.name])
            for other in found
            if other is not None
            and other is not model
            and other.kind == "chat"
            and self._deployments[other.name]
            and may_use(key, other.name, other.name)
        )

    def model(self, name: str) -> Model | None:
        """The model that a public name, an alias or a pattern leads to."""
        snapshot = self.snapshot
        exact = snapshot.names.get(name)
        if exact is not None:
            return snapshot.models[exact]
        for pattern, target in snapshot.patterns:
            if fnmatchcase(name, pattern):
                return snapshot.models[target]
        return None

    def model_for(self, key: Key, name: str) -> Model:
        """The model of that name, if the key may use it.

        Raises:
            ModelNotFound: for an unknown model and for one that the key may not use, alike.
        """
        model = self.model(name)
        if model is None or not may_use(key, name, model.name):
            raise ModelNotFound(
                f"there is no model '{name[:200]}' for this key; GET /v1/models lists what there is",
                param="model",
            )
        return model


def _origins(deployments: dict[str, Deployment]) -> tuple[dict[str, Origin], dict[str, str]]:
    """Where deployments listen, by their ids, and for the others why that cannot be known."""
    origins, unusable = {}, {}
    for one, deployment in deployments.items():
        try:
            origins[one] = parse_base_url(deployment.base_url, deployment.tls)
        except ValueError as error:
            unusable[one] = str(error)
    return origins, unusable


def may_use(key: Key, name: str, model_name: str) -> bool:
    """Whether a key's patterns allow a model by the asked or by its own name."""
    return not key.models or any(
        fnmatchcase(name, pattern) or fnmatchcase(model_name, pattern) for pattern in key.models
    )


class State:
    """Holds the current view and looks for a newer file.

    Args:
        path: of the file.
        on_change: takes up a new view, beside the one before.
        on_refusal: told once why what has come is not taken up, and the old view stays.
    """

    def __init__(
        self,
        path: Path,
        on_change: Callable[[View, View | None], None],
        on_refusal: Callable[[str], None],
    ) -> None:
        self._path = path
        self._on_change = on_change
        self._on_refusal = on_refusal
        self._mark: tuple[int, int, int] | None = None
        self.current: View | None = None
        self.error = "no snapshot has been published yet"

    def refresh(self) -> bool:
        """Takes up a changed file; returns whether there is a new view. Costs one `stat`."""
        try:
            stat = self._path.stat()
        except OSError as error:
            self.error = f"no snapshot: {error.strerror}"
            self._mark = None
            return False
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if mark == self._mark:
            return False
        self._mark = mark
        try:
            view = View(read_snapshot(self._path))
        except OSError as error:
            # the machine's fault and not the file's, such as too many that are open: tried again
            self._mark = None
            return self._refused(f"the snapshot cannot be read: {error.strerror}")
        except (ValueError, KeyError, SettingsError) as error:
            return self._refused(f"the snapshot is refused: {error}")
        try:
            self._on_change(view, self.current)
        except Exception as error:  # noqa: BLE001 - the old view stays; told by /readyz, tried again
            self._mark = None
            return self._refused(
                f"the snapshot cannot be taken up: {type(error).__name__}: {error}"
            )
        self.error = ""
        self.current = view
        return True

    def _refused(self, why: str) -> bool:
        # some are tried again at each look: one line in the log says it
        if why != self.error:
            self.error = why
            self._on_refusal(why)
        return False

    @property
    def view(self) -> View:
        """The current view.

        Raises:
            NotReady: there is none yet.
        """
        if self.current is None:
            raise NotReady("the gateway has no snapshot yet; it is starting", retry_after_s=1)
        return self.current
