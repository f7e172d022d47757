"""The one typed tree of settings: every field with its default, its unit and its prose.

It does not know where values come from; `vanguard.core.settings.load` puts file, environment and
flags together, and the reference page, the sample file and `--help` are made from this tree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from vanguard.core.settings.sections.base import Name, ProxyUrl, Reference, Section
from vanguard.core.settings.sections.clouds import (
    AwsDoorSettings,
    AwsSettings,
    AzureSettings,
    GoogleSettings,
)
from vanguard.core.settings.sections.documents import DocumentsSettings
from vanguard.core.settings.sections.review import ReviewSettings

# a dollar for each token: what is charged and reserved stays within 64 bits
_DEAREST_USD = 1_000_000
_MOST_TOKENS = 100_000_000


class AdminSettings(Section):
    """The admin plane: console, `/api` and `/metrics`."""

    key: SecretStr | None = Field(
        None,
        description="The admin key: `env:NAME` or `file:/path` in the file, the key itself in the variable. Made and kept under `home` when not set.",
    )
    host: str = Field(
        "127.0.0.1", description="Address of the admin plane when it has a port of its own."
    )
    port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of its own; 0 shares the public port when that is bound to loopback, and takes the next port on `admin.host` when it is not.",
    )
    public: bool = Field(
        False,
        description="Answer admin requests on the public port although it is not bound to loopback.",
    )
    session_hours: float = Field(12, gt=0, description="Hours that a console login lasts.")


class EngineSettings(Section):
    """The embedded model server."""

    model: str = Field(
        "default", description="`default`, `small`, `none`, or the path of a GGUF file."
    )
    embeddings: bool = Field(True, description="Serve the embedded multilingual text embedder.")
    threads: int = Field(
        1,
        ge=1,
        description="Threads of generation and of the embedder. One is fastest on small shared machines.",
    )
    context_tokens: int = Field(
        8192, ge=512, description="Length of the context, in tokens, shared by the slots."
    )
    answer_tokens: int = Field(
        2048,
        ge=1,
        description="Longest answer, in tokens, to a request that names no limit itself: a small model may repeat itself without end.",
    )
    parallel: int = Field(
        2, ge=1, le=64, description="Requests generated at the same time (slots)."
    )
    mirror: str | None = Field(
        None,
        description="Base URL or folder tried for weights before the package index; files are named by their SHA-256 digest.",
    )


class StoreSettings(Section):
    """Where records are kept."""

    url: str | None = Field(
        None,
        description="`postgresql://…` or `sqlite:///path`. SQLite under `home` when not set. `env:NAME` and `file:/path` name a secret.",
    )
    usage_days: int = Field(
        90, ge=1, description="Days that single usage rows are kept; hourly rollups stay."
    )


class GatewaySettings(Section):
    """Deadlines and bounds of the data plane."""

    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Processes that serve requests, to use more cores. They share one port, and limits and budgets.",
    )
    connect_s: float = Field(5, gt=0, description="Seconds to connect to an upstream.")
    first_byte_s: float = Field(300, gt=0, description="Seconds until an upstream's first byte.")
    idle_s: float = Field(120, gt=0, description="Seconds of silence within an upstream's answer.")
    request_body_s: float = Field(60, gt=0, description="Seconds for a client to send its request.")
    client_read_s: float = Field(
        60,
        gt=0,
        description="Seconds within which a client must take some of an answer that waits for it.",
    )
    request_s: float = Field(
        3_600, gt=0, description="Seconds for a whole request, all its attempts and its answer."
    )
    ping_s: float = Field(
        15,
        ge=1,
        description="Seconds of silence after which a stream is pinged, so that networks between do not cut it (CloudFront does after 30, an ALB after 60).",
    )
    drain_s: float = Field(
        30,
        gt=0,
        description="Seconds given to open streams at a stop, and to an upstream whose client left.",
    )
    max_body_mb: int = Field(32, ge=1, description="Largest request body, in MiB.")
    max_buffered_mb: int = Field(
        1_024,
        ge=1,
        description="All request bodies that each worker keeps at once, in MiB; and as much again of answers that wait for clients who do not take them.",
    )
    max_connections: int = Field(
        10_000, ge=1, description="Client connections of each worker at once."
    )
    max_attempts: int = Field(
        4, ge=1, le=20, description="Upstream attempts for one request, over all deployments."
    )
    retry_wait_s: float = Field(
        5,
        ge=0,
        description="Most seconds before an attempt is repeated at a deployment that was tried already. An upstream whose `Retry-After` asks for more is passed over.",
    )
    quota_wait_s: float = Field(
        30,
        ge=0,
        description="Most seconds that a request waits for the quota of one of several accounts, from its arrival on, when it is known that no account holds it earlier; whoever came first goes first. Where it would take longer it goes at once, or is refused (429 with `Retry-After`) when others wait already. A stream is pinged meanwhile.",
    )
    output_estimate_tokens: int = Field(
        1_024,
        ge=1,
        description="Output tokens reserved against a token limit when a request names no maximum.",
    )
    max_continued_kb: int = Field(
        256,
        ge=1,
        le=16_384,
        description="Most text of one answer, in KiB, that is kept so that another deployment can go on with it, for models with `continuations`. A longer answer is not carried on.",
    )
    journal_fsync: Literal["never", "second", "always"] = Field(
        "never",
        description="When the usage journal is forced onto the disk. `never`: the kernel decides; killing any process loses nothing, a power cut loses what the kernel had not written yet (up to some 30 seconds on Linux's defaults). `second`: once a second, beside the traffic; a power cut loses about a second, longer only while the disk is slower. `always`: each record before its request goes on or its answer ends; a power cut loses nothing, and each request waits for the disk twice.",
    )
    upstream_tls: Literal["loop", "socket"] = Field(
        "socket",
        description="Who speaks TLS to upstreams: the gateway's own transport (`socket`), which takes less CPU and resumes sessions, or the event loop (`loop`).",
    )
    proxy: ProxyUrl | None = Field(
        None,
        description="Forward proxy for upstreams: `http://host:port`, `https://host:port`, `none`, or `env:NAME` or `file:/path` of one with `user:password@`. `HTTPS_PROXY` and `HTTP_PROXY` when not set.",
    )
    no_proxy: str | None = Field(
        None,
        description="Hosts reached without the proxy, parted by commas: names with their sub-domains, addresses, networks, `*`; a port may follow. `NO_PROXY` when not set. Loopback never takes the proxy.",
    )
    proxy_ca_file: Path | None = Field(
        None,
        description="PEM file of the authorities trusted for an `https://` proxy; the system's when not set.",
    )
    metrics: Literal["auto", "open", "key"] = Field(
        "auto",
        description="Who may read `/metrics`: anyone (`open`), holders of the admin key (`key`), or anyone while the port is bound to loopback (`auto`).",
    )


class TlsSettings(Section):
    """TLS of the public port, and of the admin plane's own port."""

    certificate: Path | None = Field(
        None,
        description="PEM file of the certificate and its chain; plain HTTP when not set. Read again when it changes.",
    )
    key: Path | None = Field(
        None,
        description="PEM file of its private key, without a password; in `certificate` when not set.",
    )
    handshake_s: float = Field(10, gt=0, description="Seconds for a client to shake hands.")


class LogSettings(Section):
    """What the processes write about themselves. Prompts and secrets never."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is written."
    )
    format: Literal["json", "text"] = Field(
        "json", description="One JSON object a line, or text for people."
    )


class PriceSettings(Section):
    """A price of your own, in US dollars for a million tokens, at most a million."""

    input: float = Field(ge=0, le=_DEAREST_USD, description="Input tokens.")
    output: float = Field(0, ge=0, le=_DEAREST_USD, description="Output tokens.")
    cache_read: float | None = Field(
        None,
        ge=0,
        le=_DEAREST_USD,
        description="Input read from the provider's cache; as `input` when not set.",
    )
    cache_write: float | None = Field(
        None,
        ge=0,
        le=_DEAREST_USD,
        description="Input written to a cache for five minutes; as `input` when not set.",
    )
    cache_write_1h: float | None = Field(
        None,
        ge=0,
        le=_DEAREST_USD,
        description="Input written to a cache for an hour; as `cache_write` when not set.",
    )
    request: float = Field(
        0, ge=0, le=_DEAREST_USD, description="US dollars for each request besides its tokens."
    )


class UpstreamTlsSettings(Section):
    """How an `https://` deployment is recognised, and how we are known to it."""

    ca_file: Path | None = Field(
        None,
        description="PEM file of the only authorities trusted for it; the system's when not set. Files are read again when they change.",
    )
    certificate: Path | None = Field(
        None, description="PEM file of our own certificate and its chain, for servers that ask."
    )
    key: Path | None = Field(
        None,
        description="PEM file of its private key, without a password; in `certificate` when not set.",
    )
    server_name: str | None = Field(
        None,
        min_length=1,
        description="Name that its certificate must be for, and that it is asked for (SNI); the host of its address when not set.",
    )
    insecure_skip_verify: bool = Field(
        False,
        description="Believe any certificate. Whoever is on the way can then read keys, prompts and answers, and change them.",
    )


class QuotaSettings(Section):
    """What a provider allows the deployment's account for its model. What it tells in its answers need not stand here."""

    requests_per_minute: int | None = Field(None, ge=1, description="Requests a minute.")
    tokens_per_minute: int | None = Field(
        None,
        ge=1,
        description="Input and output tokens together, a minute (OpenAI, Azure, Bedrock).",
    )
    input_tokens_per_minute: int | None = Field(
        None,
        ge=1,
        description="Input tokens a minute, without those read from a cache (Anthropic).",
    )
    output_tokens_per_minute: int | None = Field(
        None, ge=1, description="Output tokens a minute (Anthropic)."
    )
    counting: Literal["asked", "reserved", "used"] | None = Field(
        None,
        description="How tokens are counted. `asked`: input and output cap, when a request comes. `reserved`: the same, and what was not used is given back at its end. `used`: input when it comes, output as it is written. The provider's row when not set.",
    )
    output_burndown: float | None = Field(
        None,
        ge=1,
        le=100,
        description="What one output token takes of `tokens_per_minute` in the end; from the packaged list for `reserved`, else 1, when not set.",
    )


class ProbeSettings(Section):
    """A GET asked from time to time; any answer below 500 but 408, 425 and 429 says that it lives."""

    path: str = Field(
        "/health",
        pattern=r"^/[!-~]*$",
        description="From the root of its address, such as `/health` or `/v1/models`; sent with the deployment's credential.",
    )
    interval_s: float = Field(
        10, ge=1, description="Seconds between two of one gateway worker; each asks for itself."
    )


class DeploymentSettings(Section):
    """One place that serves a model."""

    provider: Name = Field(
        description="A provider's row (`vanguard models --providers` lists them), or `openai` with a `base_url`."
    )
    model: str = Field(min_length=1, description="The provider's name of the model.")
    base_url: str | None = Field(
        None,
        pattern=r"^(https?|http\+unix)://.+",
        description="Where it listens, path prefix included, such as `http://10.0.0.7:8000/v1`.",
    )
    api_key: Reference | None = Field(
        None,
        description="`env:NAME` or `file:/path`; never the secret itself. The row's usual variable when not set.",
    )
    aws: AwsSettings | None = Field(
        None, description="Region and credentials, for providers at AWS (`bedrock`, `sagemaker`)."
    )
    google: GoogleSettings | None = Field(
        None,
        description="Project, location and account, for providers `vertex` and `vertex-anthropic`.",
    )
    azure: AzureSettings | None = Field(
        None, description="Resource, version of the API and token, for provider `azure`."
    )
    headers: dict[str, str] = Field(
        {},
        description="Sent with every request, besides those that say what its body is, whose it is and how the connection goes: these are the gateway's own. What a client of the same API says itself of `anthropic-beta`, `anthropic-version`, `idempotency-key` and `openai-beta` goes before.",
    )
    tls: UpstreamTlsSettings | None = Field(
        None, description="Authorities, our certificate, and the name, for `https://` addresses."
    )
    price: PriceSettings | Literal["free"] | None = Field(
        None, description="Your own price, or `free`; the packaged price list when not set."
    )
    max_output_tokens: int | None = Field(
        None,
        ge=1,
        le=_MOST_TOKENS,
        description="Most tokens of one answer; from the packaged model list when not set.",
    )
    context_tokens: int | None = Field(
        None,
        ge=1,
        le=_MOST_TOKENS,
        description="Length of the context; from the packaged model list when not set.",
    )
    priority: int = Field(
        0, ge=0, le=1_000, description="Lower ones are tried first; others when none of those may."
    )
    weight: int = Field(
        1,
        ge=1,
        le=10_000,
        description="Its share among deployments of equal priority, with a `routing` that chooses.",
    )
    account: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="What shares one quota and one prompt cache; same address and credential when not set.",
    )
    quota: QuotaSettings | None = Field(
        None, description="What the account is allowed, where its answers do not tell."
    )
    continues: Literal["prefill", "continue_final_message", "never"] | None = Field(
        None,
        description="How its model is told to go on with an answer that another deployment has broken off. `prefill`: the last message is the assistant's, and the model goes on with it. `continue_final_message`: the same, with that field and `add_generation_prompt: false` (vLLM). From the packaged list when not set.",
    )
    probe: ProbeSettings | None = Field(
        None, description="Ask whether it lives, not only learn from its answers."
    )


class ModelSettings(Section):
    """A public name and the deployments behind it."""

    deployments: list[DeploymentSettings] = Field(
        min_length=1, description="Tried in this order, unless `routing` says otherwise."
    )
    routing: Literal["order", "weighted", "least_tokens", "latency", "cheapest"] = Field(
        "order",
        description="Choice among deployments of equal priority. `order`: the first that may. `weighted`: by chance and weight. `least_tokens`: fewest tokens in flight for its weight. `latency`: the sooner to answer of two taken by chance. `cheapest`: the lowest price for this request.",
    )
    affinity_s: float = Field(
        300,
        ge=0,
        le=86_400,
        description="Seconds for which a deployment is believed to have a conversation's prompt in its cache; the conversation stays there. 0 turns that off. `order` needs none.",
    )
    max_load: float = Field(
        1.5,
        ge=1,
        description="A conversation leaves the deployment that has it warm when that has so many times the mean number of requests in flight, and at least 8.",
    )
    fallbacks: list[Name] = Field(
        [], max_length=8, description="Models that answer in its place, in this order."
    )
    fallback_on: list[Literal["failure", "context_overflow", "content_policy"]] = Field(
        ["failure"],
        min_length=1,
        description="What makes them: no deployment answers; the prompt is too long for it; its provider refuses the content.",
    )
    continuations: int = Field(
        0,
        ge=0,
        le=3,
        description="How often another deployment goes on with a streamed answer that breaks off after its first token. Each time is an attempt with a row and a price of its own.",
    )
    aliases: list[Annotated[str, Field(min_length=1)]] = Field(
        [], description="Other names and patterns (`claude-*`) that lead here."
    )
    kind: Literal["chat", "embedding"] = Field("chat", description="What it does.")
    guardrails: list[Name] = Field([], description="Policies applied to every call of it.")


class RuleSettings(Section):
    """One regular expression of a guardrail."""

    name: Name = Field(description="Shown in errors; also the default replacement, as `[name]`.")
    pattern: str = Field(
        min_length=1,
        max_length=4096,
        description="Regular expression, in the syntax of the `regex` package.",
    )
    action: Literal["block", "mask"] = Field("mask", description="Refuse, or replace what matched.")
    replacement: str = Field("", description="Put in place of a masked match.")


class GuardrailSettings(Section):
    """A policy: rules and where they apply."""

    rules: list[RuleSettings] = Field(
        min_length=1, max_length=100, description="Tried in this order."
    )
    on: list[Literal["input", "output"]] = Field(
        ["input", "output"], min_length=1, description="Directions it applies to."
    )
    fail_open: bool = Field(False, description="Let text pass when the policy itself cannot run.")


class Settings(Section):
    """The whole tree."""

    host: str = Field("127.0.0.1", description="Address of the public port.")
    port: int = Field(8080, ge=0, le=65535, description="The public port; 0 takes a free one.")
    home: Path = Field(Path(".vanguard"), description="Folder of the platform's state.")
    cache: Path = Field(
        Path("~/.cache/vanguard"), description="Folder of model weights, shared by clones."
    )
    tls: TlsSettings = TlsSettings()
    admin: AdminSettings = AdminSettings()
    aws: AwsDoorSettings = AwsDoorSettings()
    engine: EngineSettings = EngineSettings()
    store: StoreSettings = StoreSettings()
    gateway: GatewaySettings = GatewaySettings()
    documents: DocumentsSettings = DocumentsSettings()
    review: ReviewSettings = ReviewSettings()
    log: LogSettings = LogSettings()
    models: dict[Name, ModelSettings] = Field(
        {}, description="Models by the name that clients ask for."
    )
    guardrails: dict[Name, GuardrailSettings] = Field({}, description="Guardrail policies by name.")
    default_guardrails: list[Name] = Field(
        [], description="Policies applied to every call of every model."
    )
