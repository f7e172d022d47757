"""What a gateway process is told at its start, before it has seen a snapshot.

It does not know the settings tree: the supervisor flattens it into this value, handed over as JSON.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Fsync = Literal["never", "second", "always"]


class Deadlines(msgspec.Struct, frozen=True, omit_defaults=True):
    """Seconds; each ends the thing it names with a typed error."""

    connect_s: float = 5.0
    first_byte_s: float = 300.0
    idle_s: float = 120.0
    request_head_s: float = 15.0
    request_body_s: float = 60.0
    request_s: float = 3_600.0
    client_read_s: float = 60.0
    keep_alive_s: float = 75.0
    drain_s: float = 30.0
    ping_s: float = 15.0
    retry_wait_s: float = 5.0
    quota_wait_s: float = 30.0


class Bounds(msgspec.Struct, frozen=True, omit_defaults=True):
    """The most that is kept at once."""

    request_body_bytes: int = 32 * 1024 * 1024
    response_body_bytes: int = 64 * 1024 * 1024
    buffered_bytes: int = 1024 * 1024 * 1024
    head_bytes: int = 64 * 1024
    headers: int = 128
    client_connections: int = 10_000
    upstream_connections: int = 1_000
    attempts: int = 4
    drains: int = 256
    output_estimate_tokens: int = 1_024
    continued_bytes: int = 256 * 1024


class ForwardProxies(msgspec.Struct, frozen=True, omit_defaults=True):
    """Proxies between the gateway and its upstreams.

    Attributes:
        https: for `https://` upstreams: a URL, or `env:NAME` or `file:/path` of one; empty for none.
        http: the same for `http://` upstreams.
        no_proxy: hosts reached directly, as in the variable `NO_PROXY`.
        ca_file: PEM file of the authorities trusted for an `https://` proxy; empty for the system's.
    """

    https: str = ""
    http: str = ""
    no_proxy: str = ""
    ca_file: str = ""


class InboundTls(msgspec.Struct, frozen=True, omit_defaults=True):
    """TLS of the listeners; both files are read again when they change.

    Attributes:
        certificate: PEM file of the certificate and its chain.
        key: PEM file of its private key; empty when `certificate` holds both.
        handshake_s: seconds a client may take for its handshake.
    """

    certificate: str
    key: str = ""
    handshake_s: float = 10.0


class GatewayBoot(msgspec.Struct, frozen=True, omit_defaults=True):
    """Boot values of one gateway worker.

    Attributes:
        worker: name of the worker, the same after a restart.
        public_fd: inherited listening socket of the public port.
        admin_fd: inherited listening socket of the admin plane; -1 when it shares the public one.
        admin_on_public: whether console, `/api` and `/metrics` answer on the public port.
        snapshot_path: file that control publishes to.
        journal_dir: folder of this worker's journal segments; one beside it while that is taken.
        journal_root: folder of all workers' journals; empty when there is no other worker.
        metrics_dir: folder where workers leave their numbers for one another; empty for one alone.
        loads_path: file in which workers share how many connections each has; empty for one alone.
        limits_socket: Unix socket where limits are lent; empty for a worker that counts them alone.
        ready_path: file that gets the process id once the worker serves; empty when nobody asks.
        journal_fsync: when what is written there is made to survive a power cut.
        control_socket: Unix socket of control.
        metrics_open: whether `/metrics` answers without the admin key.
        log_format: `json` lines or `text`.
        upstream_tls: which transport speaks TLS to upstreams: ours on a socket, or the loop's.
        proxies: forward proxies on the way to upstreams.
        tls: of the listeners; None serves plain HTTP.
    """

    worker: str
    public_fd: int
    snapshot_path: str
    journal_dir: str
    control_socket: str
    admin_fd: int = -1
    admin_on_public: bool = True
    metrics_open: bool = True
    journal_root: str = ""
    ready_path: str = ""
    metrics_dir: str = ""
    loads_path: str = ""
    limits_socket: str = ""
    log_format: Literal["json", "text"] = "json"
    log_level: str = "info"
    journal_fsync: Fsync = "never"
    deadlines: Deadlines = Deadlines()
    bounds: Bounds = Bounds()
    upstream_tls: Literal["loop", "socket"] = "socket"
    proxies: ForwardProxies = ForwardProxies()
    tls: InboundTls | None = None
