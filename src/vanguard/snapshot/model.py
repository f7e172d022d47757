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


class Deployment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place that serves a model.

    Attributes:
        id: unique, such as `sonnet/0-anthropic`.
        dialect: API family of the upstream, such as `openai_chat` or `anthropic_messages`.
        base_url: `https://host[:port]/v1`, or `http+unix://%2Fpath%2Fto.sock/v1`.
        model: the provider's name of the model.
        auth_header: header that carries the credential, empty when none is needed.
        auth_prefix: put before the credential, such as `Bearer `.
        credential: a reference (`env:NAME` or `file:/path`), never the secret itself.
        headers: sent with every request.
        price: None when unknown; the embedded engine has a price of zero.
        max_output_tokens: the most the model can produce in one answer, 0 when unknown.
        context_tokens: length of its context, 0 when unknown.
        reads_media: whether pictures and files may be in a request; false for text-only models.
        counts_tokens: whether it answers `/messages/count_tokens` beside its own paths.
        tls: for `https://` only.
        also: further API families that it speaks at the same address; their clients' bytes pass
            through.
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
    also: tuple[str, ...] = ()


class Model(msgspec.Struct, frozen=True, omit_defaults=True):
    """A public name and the deployments behind it, in the order in which they are tried."""

    name: str
    kind: ModelKind
    deployments: tuple[str, ...]
    policies: tuple[str, ...] = ()
    created_at_ms: int = 0


class Spend(msgspec.Struct, frozen=True):
    """What a scope had spent in its budget's current window, as of the journal marks."""

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
    format: int = FORMAT
