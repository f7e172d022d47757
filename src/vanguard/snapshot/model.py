"""The one value that control publishes and the gateway reads.

It does not know where it is kept, nor how the settings and tables behind it are edited. Every field
is flat and priced: the gateway looks things up and computes nothing that could be computed once.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vanguard.core.money import Price
from vanguard.core.policy import Policy

FORMAT = 1

ScopeKind = Literal["organisation", "team", "user", "key"]
Window = Literal["total", "day", "month"]
ModelKind = Literal["chat", "embedding"]
RoutingPolicy = Literal["order", "weighted", "least_tokens", "latency", "cheapest"]
FallbackCause = Literal["failure", "context_overflow", "content_policy"]
QuotaCounting = Literal["asked", "reserved", "used"]


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rates of one scope; None means no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent_requests: int | None = None


class Budget(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money that a scope may spend in a window (calendar day or month in UTC, or for ever)."""

    amount_usd_micros: int
    window: Window = "total"


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """One link of the tenancy chain with its limits."""

    id: str
    kind: ScopeKind
    name: str
    limits: Limits = Limits()
    budget: Budget | None = None


class Key(msgspec.Struct, frozen=True, omit_defaults=True):
    """A caller.

    Attributes:
        hash: SHA-256 of the secret, hex.
        scopes: ids of the chain, outermost first; the key's own id is last.
        models: patterns (`claude-*`) of the public names it may call; empty means all.
        policies: names of guardrail policies that apply besides the model's.
        expires_at_ms: 0 means never.
        admin: may also use `/api`; its model calls are recorded like any other's.
    """

    id: str
    hash: str
    name: str
    scopes: tuple[str, ...]
    organisation_id: str
    team_id: str
    user_id: str
    models: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    expires_at_ms: int = 0
    admin: bool = False


class UpstreamTls(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an upstream is recognised, and how we are known to it; paths only, never their contents.

    Attributes:
        ca_file: PEM file of the only authorities that are trusted; empty for the system's.
        certificate: PEM file of our own certificate and its chain, empty for none.
        key: PEM file of its private key; empty when `certificate` holds both.
        server_name: name that the certificate must be for, and that is asked for (SNI); empty for
            the host of the address.
        insecure_skip_verify: whether any certificate will do.
    """

    ca_file: str = ""
    certificate: str = ""
    key: str = ""
    server_name: str = ""
    insecure_skip_verify: bool = False


class Quota(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a provider allows an account in a minute; None where the provider's headers tell, or nobody.

    Attributes:
        tokens_per_minute: input and output together.
        counting: how tokens are counted. `asked`: input and output cap, when the request comes (OpenAI,
            Azure). `reserved`: the same, and at the end what was not used is given back (Bedrock).
            `used`: input when the request comes, output as it is written (Anthropic).
        output_burndown: what one output token takes of the quota at the end (Bedrock: 5 for some).
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    input_tokens_per_minute: int | None = None
    output_tokens_per_minute: int | None = None
    counting: QuotaCounting = "asked"
    output_burndown: float = 1.0


class Probe(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question asked of a deployment from time to time, to know whether it lives.

    Attributes:
        path: asked with GET, from the root of its address.
    """

    path: str
    interval_s: float = 10.0


class Routing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a model's deployments are chosen.

    Attributes:
        policy: among those of equal priority; `order` takes them as they are configured.
        affinity_s: how long a deployment is believed to remember a prompt; 0 for no affinity.
        max_load: a conversation leaves the deployment that has it warm when that has so many times
            the mean number of requests in flight.
        fallbacks: names of models that serve instead, in this order.
        fallback_on: what makes them serve.
    """

    policy: RoutingPolicy = "order"
    affinity_s: float = 300.0
    max_load: float = 1.5
    fallbacks: tuple[str, ...] = ()
    fallback_on: tuple[FallbackCause, ...] = ("failure",)


class AssumedRole(msgspec.Struct, frozen=True, omit_defaults=True):
    """A role of an AWS account that is assumed for a deployment.

    Attributes:
        session_name: in CloudTrail and in the bill's principal; like the tags' values it may hold
            `{team}`, `{user}`, `{key}` and `{organisation}`, which stand for the names of who asks.
        external_id: what the role's trust policy may ask for.
        tags: session tags, which cost allocation can go by.
        sts_url: where the roles are assumed.
    """

    arn: str
    sts_url: str
    session_name: str = "vanguard"
    external_id: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    duration_s: int = 3600

    @property
    def differs(self) -> bool:
        """Whether sessions are told apart by who asks."""
        return "{" in self.session_name or any("{" in value for _, value in self.tags)


class Aws(msgspec.Struct, frozen=True, omit_defaults=True):
    """How requests to a deployment at AWS are signed; secrets are references.

    Attributes:
        region: that signatures are for.
        access_key_id, secret_access_key, session_token: references; empty with a bearer key, and
            where `source` says more.
        source: where the gateway finds credentials itself: `default` for the places that AWS's SDKs
            look at, `profile/NAME` for a profile; empty for none.
        sts_url: where a profile's roles are assumed; empty without `source`.
        role: assumed with them.
        anthropic: whether the model takes Anthropic's own bodies (InvokeModel).
        betas: beta features passed on besides those that Bedrock is believed to have.
        endpoint_model: what a body says to a SageMaker endpoint's container as its model; empty for
            nothing.
    """

    region: str
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    source: str = ""
    sts_url: str = ""
    role: AssumedRole | None = None
    anthropic: bool = False
    betas: tuple[str, ...] = ()
    endpoint_model: str = ""

    @property
    def fetched(self) -> bool:
        """Whether what requests are signed with has to be fetched, and may have an end."""
        return self.role is not None or bool(self.source)


class Deployment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place that serves a model.

    Attributes:
        id: unique, such as `sonnet/0-anthropic`.
        dialect: API family of the upstream, such as `openai_chat` or `anthropic_messages`.
        base_url: `https://host[:port]/v1`, or `http+unix://%2Fpath%2Fto.sock/v1`.
        model: the provider's name of the model.
        auth_header: header that carries the credential, empty when none is needed.
        auth_prefix: put before the credential, such as `Bearer `.
        credential: a reference (`env:NAME` or `file:/path`), never the secret itself; `google:…` for
            an account whose tokens are fetched.
        headers: sent with every request.
        price: None when unknown; the embedded engine has a price of zero.
        max_output_tokens: the most the model can produce in one answer, 0 when unknown.
        context_tokens: length of its context, 0 when unknown.
        reads_media: whether pictures and files may be in a request; false for text-only models.
        counts_tokens: whether it answers `/messages/count_tokens` beside its own paths.
        tls: for `https://` only.
        weight: its share among deployments of equal priority.
        priority: lower ones are tried first.
        account: what shares one quota and one prompt cache for each model; empty for it alone.
        quota: what the account is allowed; None when that is not known beforehand.
        probe: None when nothing asks whether it lives.
        aws: for `bedrock_converse` and `sagemaker_chat` only; with it, `credential` is a bearer key.
        also: further API families that it speaks at the same address; their clients' bytes pass
            through.
        paths: where they differ from those of its dialect's own API, by operation, or `stream` for
            a chat that is streamed; the query included, `{model}` for the model's name.
        anthropic_version: put into a body of Anthropic's in place of the model's name, as Vertex
            wants it; empty elsewhere.
        continues: how its model is told to go on with an answer that has broken off elsewhere; empty
            where it cannot (`vanguard.dialects.continuing.request`).
    """

    id: str
    provider: str
    dialect: str
    base_url: str
    model: str
    auth_header: str = ""
    auth_prefix: str = ""
    credential: str = ""
    headers: dict[str, str] = {}
    price: Price | None = None
    max_output_tokens: int = 0
    context_tokens: int = 0
    counts_tokens: bool = False
    reads_media: bool = True
    tls: UpstreamTls = UpstreamTls()
    weight: int = 1
    priority: int = 0
    account: str = ""
    quota: Quota | None = None
    probe: Probe | None = None
    aws: Aws | None = None
    also: tuple[str, ...] = ()
    paths: dict[str, str] = {}
    anthropic_version: str = ""
    continues: Literal["", "prefill", "continue_final_message"] = ""

    @property
    def awaits(self) -> bool:
        """Whether its requests are sent with something that has to be fetched first."""
        return self.credential.startswith("google:") or (self.aws is not None and self.aws.fetched)


class Model(msgspec.Struct, frozen=True, omit_defaults=True):
    """A public name and the deployments behind it, in their configured order.

    Attributes:
        continuations: how often another deployment goes on with an answer that breaks off after its
            first token; 0 for never.
    """

    name: str
    kind: ModelKind
    deployments: tuple[str, ...]
    policies: tuple[str, ...] = ()
    created_at_ms: int = 0
    routing: Routing = Routing()
    continuations: int = 0


class Spend(msgspec.Struct, frozen=True):
    """What a scope had spent in its budget's current window, or in a later one, as of the journal marks.

    There is something in a later one when a clock was ahead and was put right.
    """

    scope_id: str
    window_start_ms: int
    usd_micros: int


class JournalMark(msgspec.Struct, frozen=True):
    """How far control has read one worker's journal.

    Attributes:
        offset: bytes ingested; `spend` includes every settled record below it.
        replay_from: where to start reading so that every intent still open is seen; <= offset.
    """

    offset: int
    replay_from: int


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything the gateway needs to serve a request without asking anybody.

    Attributes:
        version: rises by one at each publication.
        keys: by hash of the secret.
        names: public names and aliases, exact, to the model's name.
        patterns: shell-style patterns to the model's name, tried in order after `names`.
        journals: by worker name.
        aws_master: reference of the secret that key pairs of the AWS door derive from; empty for
            none.
    """

    version: int
    published_at_ms: int
    keys: dict[str, Key]
    scopes: dict[str, Scope]
    models: dict[str, Model]
    deployments: dict[str, Deployment]
    names: dict[str, str]
    patterns: tuple[tuple[str, str], ...] = ()
    policies: dict[str, Policy] = {}
    spend: tuple[Spend, ...] = ()
    journals: dict[str, JournalMark] = {}
    aws_master: str = ""
    format: int = FORMAT
