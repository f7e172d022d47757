"""Turns settings, provider rows and the engine's state into models, deployments and policies.

It does not know keys, spend or files; what it makes goes into the snapshot as it is.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from vanguard.control.clouds.placed import placed
from vanguard.control.engine_state import EngineModelState, EngineState
from vanguard.control.models.continuing import continues_of
from vanguard.control.prices import (
    FREE,
    ModelFacts,
    list_of_url,
    listed_price,
    model_facts,
    operator_price,
)
from vanguard.control.providers import ProviderRow, provider_rows
from vanguard.control.quotas import quota_of
from vanguard.core.errors import SettingsError
from vanguard.core.money import Price
from vanguard.core.policy import Policy, Rule
from vanguard.core.settings import environment
from vanguard.core.settings.certificates import absolute
from vanguard.core.settings.loaded import Loaded
from vanguard.core.settings.names import dotted, suggestion
from vanguard.core.settings.tree import DeploymentSettings, GuardrailSettings, ModelSettings
from vanguard.dialects.framing import ENVELOPED
from vanguard.guardrails.rule import CompiledRule
from vanguard.snapshot.model import Deployment, Model, ModelKind, Probe, Routing, UpstreamTls

_EMBEDDED = "embedded"
_EMBEDDED_PRICE = msgspec.structs.replace(FREE, id="embedded:free")
_SIGNED = frozenset({"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"})
# the gateway has no path for them
_NO_EMBEDDINGS = frozenset({"anthropic_messages", "openai_responses", *ENVELOPED})
_WILDCARDS = "*?["


class Catalogue(msgspec.Struct, frozen=True):
    """The part of a snapshot that comes from settings and engine."""

    models: dict[str, Model]
    deployments: dict[str, Deployment]
    names: dict[str, str]
    patterns: tuple[tuple[str, str], ...]
    policies: dict[str, Policy]


def build_catalogue(loaded: Loaded, engine: EngineState) -> Catalogue:
    """Resolves everything once, so that the gateway only looks things up.

    Raises:
        SettingsError: an unknown provider, a missing address or variable, a bad expression.
    """
    building = _Building(loaded)
    for name, settings in loaded.settings.models.items():
        building.add_model(name, settings)
    if engine.chat is not None:
        building.add_embedded(engine.chat, "chat", "default")
    if engine.embeddings is not None:
        building.add_embedded(engine.embeddings, "embedding", "default-embedding")
    return building.result()


class _Building:
    """The state of one catalogue in the making."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._models: dict[str, Model] = {}
        self._deployments: dict[str, Deployment] = {}
        self._names: dict[str, str] = {}
        self._patterns: list[tuple[str, str]] = []

    def add_model(self, name: str, settings: ModelSettings) -> None:
        ids = []
        for index, deployment in enumerate(settings.deployments):
            place = dotted(("models", name, "deployments", index))
            made = _Deploying(self._loaded, place, deployment).deployment(
                f"{name}/{index}-{deployment.provider}", settings.kind
            )
            self._deployments[made.id] = made
            ids.append(made.id)
        self._models[name] = msgspec.structs.replace(
            self._model(name, settings.kind, ids, settings.guardrails),
            routing=_routing(settings),
            continuations=settings.continuations,
        )
        if settings.continuations and not any(self._deployments[one].continues for one in ids):
            raise self._loaded.error(
                dotted(("models", name, "continuations")),
                "none of its deployments is known to go on with another's answer; say `continues`"
                " of one that can, or remove this",
            )
        self._names[name] = name
        for alias in settings.aliases:
            if any(character in alias for character in _WILDCARDS):
                self._patterns.append((alias, name))
            else:
                self._names[alias] = name

    def add_embedded(self, state: EngineModelState, kind: ModelKind, alias: str) -> None:
        """One more deployment; a name or alias of the settings goes before the engine's."""
        if state.name in self._names:
            return
        deployment = Deployment(
            id=f"{state.name}/0-{_EMBEDDED}",
            provider=_EMBEDDED,
            dialect="openai_chat",
            base_url=f"http+unix://{quote(state.socket, safe='')}/v1",
            model=state.name,
            price=_EMBEDDED_PRICE,
            max_output_tokens=state.context_tokens if kind == "chat" else 0,
            context_tokens=state.context_tokens,
            counts_tokens=kind == "chat",
            reads_media=False,
        )
        self._deployments[deployment.id] = deployment
        self._models[state.name] = self._model(state.name, kind, [deployment.id], [])
        self._names[state.name] = state.name
        self._names.setdefault(alias, state.name)

    def result(self) -> Catalogue:
        policies = {
            name: _policy(self._loaded, name, settings)
            for name, settings in self._loaded.settings.guardrails.items()
        }
        return Catalogue(
            self._models, self._deployments, self._names, tuple(self._patterns), policies
        )

    def _model(self, name: str, kind: ModelKind, ids: list[str], own: list[str]) -> Model:
        policies = dict.fromkeys([*self._loaded.settings.default_guardrails, *own])
        return Model(name, kind, tuple(ids), tuple(policies))


class _Deploying:
    """One deployment of the settings, with its row and its place in the file."""

    def __init__(self, loaded: Loaded, place: str, settings: DeploymentSettings) -> None:
        self._loaded = loaded
        self._place = place
        self._settings = settings
        rows = provider_rows()
        if settings.provider not in rows:
            near = suggestion(settings.provider, rows)
            raise loaded.error(
                f"{place}.provider", f"no provider is called '{settings.provider}'{near}"
            )
        self._row: ProviderRow = rows[settings.provider]
        self._placed = placed(loaded, place, settings, self._row)

    def deployment(self, deployment_id: str, kind: ModelKind) -> Deployment:
        settings, row, own = self._settings, self._row, self._placed
        base_url = (settings.base_url or own.base_url).rstrip("/")
        if kind == "embedding" and row.cloud == "google":
            raise self._loaded.error(
                self._place, "embedding models of Vertex are not offered; take provider 'gemini'"
            )
        if kind == "embedding" and row.dialect in _NO_EMBEDDINGS:
            raise self._loaded.error(
                self._place, f"embedding models of '{settings.provider}' are not offered"
            )
        if not base_url:
            raise self._loaded.error(
                self._place,
                f"'{settings.provider}' is wherever you installed it: set base_url, such as"
                " http://127.0.0.1:8000/v1",
            )
        prices, facts_id = self._lists(base_url)
        facts = model_facts(facts_id, settings.model) if facts_id else ModelFacts()
        credential = self._credential()
        return Deployment(
            id=deployment_id,
            provider=settings.provider,
            dialect=row.dialect,
            base_url=base_url,
            model=settings.model,
            auth_header=own.auth_header if credential else "",
            auth_prefix=own.auth_prefix if credential else "",
            credential=credential,
            headers=row.headers | dict(own.headers) | self._headers(credential),
            price=self._price(deployment_id, prices, kind),
            max_output_tokens=settings.max_output_tokens or facts.max_output_tokens,
            context_tokens=settings.context_tokens or facts.context_tokens,
            counts_tokens=row.counts_tokens and (own.aws is None or own.aws.anthropic),
            aws=own.aws,
            tls=self._tls(base_url),
            weight=settings.weight,
            priority=settings.priority,
            account=settings.account or f"{base_url} {own.account or credential}".rstrip(),
            quota=quota_of(settings, row),
            probe=Probe(settings.probe.path, settings.probe.interval_s) if settings.probe else None,
            # an address of one's own need not speak all that the vendor's does
            also=row.also if base_url == own.base_url and not own.paths else (),
            paths=own.paths,
            anthropic_version=row.anthropic_version,
            continues=continues_of(settings) if kind == "chat" else "",
        )

    def _headers(self, credential: str) -> dict[str, str]:
        """The deployment's own; its credential and its signature go before them."""
        own = self._placed
        taken = _SIGNED if own.aws is not None else frozenset({own.auth_header.lower()})
        for name in self._settings.headers:
            if name.lower() in taken and (credential or own.aws is not None):
                raise self._loaded.error(
                    dotted((self._place, "headers", name)),
                    "the deployment's credential is sent in this header; remove one of them",
                )
        return {name.lower(): text for name, text in self._settings.headers.items()}

    def _tls(self, base_url: str) -> UpstreamTls:
        tls = self._settings.tls
        if tls is None:
            return UpstreamTls()
        if not base_url.startswith("https://"):
            raise self._loaded.error(
                f"{self._place}.tls", "is for https:// addresses; remove it or change base_url"
            )
        return UpstreamTls(
            ca_file=absolute(tls.ca_file),
            certificate=absolute(tls.certificate),
            key=absolute(tls.key),
            server_name=tls.server_name or "",
            insecure_skip_verify=tls.insecure_skip_verify,
        )

    def _lists(self, base_url: str) -> tuple[str, str]:
        """Which lists know this upstream: those of the row, unless it stands somewhere else.

        Anything may listen at an address of one's own; only an address that the price list itself
        knows is priced by it.
        """
        if base_url == self._placed.base_url:
            return self._row.prices, self._row.facts
        if self._settings.price is not None:
            return "", ""
        return list_of_url(base_url), ""

    def _price(self, deployment_id: str, prices: str, kind: ModelKind) -> Price | None:
        own = self._settings.price
        if own == "free":
            return FREE
        if own is not None:
            return operator_price(own, deployment_id)
        if not prices:
            return None
        return listed_price(prices, self._settings.model, embedding=kind == "embedding")

    def _credential(self) -> str:
        """A reference. The row's usual variable goes to the row's own address only."""
        if self._settings.api_key:
            return self._settings.api_key
        if self._placed.credential or self._placed.aws is not None:
            return self._placed.credential
        if not self._row.env or self._settings.base_url:
            return ""
        if environment.read(self._row.env) is None:
            raise self._loaded.error(
                self._place,
                f"the environment variable {self._row.env} is not set; set it, or give api_key",
            )
        return f"env:{self._row.env}"


def _routing(settings: ModelSettings) -> Routing:
    return Routing(
        policy=settings.routing,
        affinity_s=settings.affinity_s,
        max_load=settings.max_load,
        fallbacks=tuple(settings.fallbacks),
        fallback_on=tuple(settings.fallback_on),
    )


def _policy(loaded: Loaded, name: str, settings: GuardrailSettings) -> Policy:
    rules = []
    for index, rule in enumerate(settings.rules):
        compiled = Rule(rule.name, rule.pattern, rule.action, rule.replacement)
        try:
            # the gateway's own compiler: what it would refuse is refused here, with its line
            CompiledRule(name, compiled)
        except SettingsError as error:
            place = dotted(("guardrails", name, "rules", index, "pattern"))
            raise loaded.error(place, error.message) from error
        rules.append(compiled)
    return Policy(
        name=name,
        rules=tuple(rules),
        on_input="input" in settings.on,
        on_output="output" in settings.on,
        fail_open=settings.fail_open,
    )
