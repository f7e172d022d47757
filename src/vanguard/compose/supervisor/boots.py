"""Flattens the settings into the boot values of each process, and writes them for it.

It does not know how the processes are started.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from vanguard.compose.supervisor.child import Plan
from vanguard.compose.supervisor.home import Home, write_private
from vanguard.compose.supervisor.listen import Listeners, is_loopback
from vanguard.control.boot import MODEL_FILE, SEAL_FILE, ControlBoot
from vanguard.control.engine_state import EngineState
from vanguard.core.settings.certificates import absolute, check_certificates
from vanguard.core.settings.load import check_references
from vanguard.core.settings.loaded import Loaded
from vanguard.core.settings.proxies import forward_proxies
from vanguard.documents.service.boot import WorkerBoot
from vanguard.serving.boot import EngineBoot
from vanguard.serving.catalog import CHAT
from vanguard.snapshot.boot import Bounds, Deadlines, ForwardProxies, GatewayBoot, InboundTls
from vanguard.store.database import sqlite_url

Name = Literal["engine", "control", "gateway", "worker"]

MODULES: dict[Name, str] = {
    "engine": "vanguard.compose.engine_process",
    "control": "vanguard.compose.control_process",
    "gateway": "vanguard.compose.gateway_process",
    "worker": "vanguard.compose.worker_process",
}

# Beyond the gateway's own deadline for open streams: time to write its journal and go.
_GRACE_MORE_S = 5.0
_GRACE_S = 10.0


def check_start(loaded: Loaded) -> None:
    """Refuses what a process would only die of: a person should read it once, at once.

    Raises:
        SettingsError: one line for each thing wrong.
    """
    check_references(loaded)
    check_certificates(loaded)
    model = loaded.settings.engine.model
    if model not in CHAT and model != "none" and not Path(model).expanduser().is_file():
        known = ", ".join([*CHAT, "none"])
        raise loaded.error(
            "engine.model",
            f"no file is called '{model}'; choose {known}, or the path of a GGUF file",
        )
    check_models(loaded)


def check_models(loaded: Loaded) -> None:
    """Refuses what control would refuse to publish.

    Raises:
        SettingsError: an unknown provider, a missing address or variable, a bad expression.
    """
    if loaded.settings.models or loaded.settings.guardrails:
        # Only where there is something to check: the packaged rows and lists take their time.
        from vanguard.control.catalogue import build_catalogue  # noqa: PLC0415

        build_catalogue(loaded, EngineState())


def gateway_boots(loaded: Loaded, home: Home, listeners: Listeners) -> dict[str, GatewayBoot]:
    """What each gateway worker is told, by the name of its process."""
    workers = loaded.settings.gateway.workers
    names = ["gateway"] if workers == 1 else [f"gateway-{number}" for number in range(workers)]
    return {
        name: gateway_boot(loaded, home, listeners, f"gateway-{number}")
        for number, name in enumerate(names)
    }


def gateway_boot(
    loaded: Loaded, home: Home, listeners: Listeners, worker: str = "gateway-0"
) -> GatewayBoot:
    """What one gateway worker is told."""
    settings = loaded.settings.gateway
    return GatewayBoot(
        worker=worker,
        public_fd=listeners.public.fileno(),
        admin_fd=listeners.admin.fileno() if listeners.admin else -1,
        admin_on_public=listeners.admin is None,
        snapshot_path=str(home.snapshot),
        journal_dir=str(home.journal / worker),
        journal_root=str(home.journal),
        ready_path=str(home.run / f"{worker}.ready"),
        journal_fsync=settings.journal_fsync,
        metrics_dir=str(home.run / "metrics") if settings.workers > 1 else "",
        loads_path=str(home.run / "connections") if settings.workers > 1 else "",
        limits_socket=str(home.limits_socket),
        control_socket=str(home.sockets / "control.sock"),
        metrics_open=settings.metrics == "open"
        or (settings.metrics == "auto" and is_loopback(listeners.public)),
        log_format=loaded.settings.log.format,
        log_level=loaded.settings.log.level,
        deadlines=Deadlines(
            connect_s=settings.connect_s,
            first_byte_s=settings.first_byte_s,
            idle_s=settings.idle_s,
            request_body_s=settings.request_body_s,
            client_read_s=settings.client_read_s,
            request_s=settings.request_s,
            ping_s=settings.ping_s,
            retry_wait_s=settings.retry_wait_s,
            quota_wait_s=settings.quota_wait_s,
            drain_s=settings.drain_s,
        ),
        bounds=Bounds(
            request_body_bytes=settings.max_body_mb * 1024 * 1024,
            buffered_bytes=settings.max_buffered_mb * 1024 * 1024,
            client_connections=settings.max_connections,
            attempts=settings.max_attempts,
            output_estimate_tokens=settings.output_estimate_tokens,
            continued_bytes=settings.max_continued_kb * 1024,
        ),
        upstream_tls=settings.upstream_tls,
        proxies=_proxies(loaded),
        tls=_inbound(loaded),
    )


def _proxies(loaded: Loaded) -> ForwardProxies:
    found = forward_proxies(loaded)
    ca_file = absolute(loaded.settings.gateway.proxy_ca_file)
    return ForwardProxies(found.https, found.http, found.no_proxy, ca_file)


def _inbound(loaded: Loaded) -> InboundTls | None:
    tls = loaded.settings.tls
    if tls.certificate is None:
        return None
    return InboundTls(absolute(tls.certificate), absolute(tls.key), tls.handshake_s)


def control_boot(
    loaded: Loaded, home: Home, listeners: Listeners, overrides: Mapping[str, str]
) -> ControlBoot:
    """What control is told; it reads the settings itself, with the same flags."""
    return ControlBoot(
        home=str(home.root),
        socket=str(home.sockets / "control.sock"),
        config=str(loaded.path.absolute()),
        overrides=dict(overrides),
        admin_key_path=str(home.admin_key),
        snapshot_path=str(home.snapshot),
        journal_root=str(home.journal),
        engine_status_path=str(home.engine_status),
        gateway_url=listeners.url,
        gateway_certificate=listeners.certificate,
        documents_folder=str(_documents_folder(loaded, home)),
        worker_wanted_path=str(home.worker_wanted),
        log_format=loaded.settings.log.format,
        log_level=loaded.settings.log.level,
    )


def engine_boot(loaded: Loaded, home: Home) -> EngineBoot:
    """What the engine is told."""
    engine = loaded.settings.engine
    return EngineBoot(
        model=_model(engine.model),
        embeddings=engine.embeddings,
        threads=engine.threads,
        context_tokens=engine.context_tokens,
        answer_tokens=engine.answer_tokens,
        parallel=engine.parallel,
        mirror=engine.mirror,
        cache=str(loaded.settings.cache.expanduser().absolute()),
        chat_socket=str(home.sockets / "chat.sock"),
        embed_socket=str(home.sockets / "embed.sock"),
        status_path=str(home.engine_status),
        drain_s=_GRACE_S / 2,
        log_format=loaded.settings.log.format,
        log_level=loaded.settings.log.level,
    )


def worker_boots(loaded: Loaded, home: Home, url: str = "") -> dict[str, WorkerBoot]:
    """What each worker is told, by the name of its process; `url` is the gateway's."""
    documents = loaded.settings.documents
    several = range(documents.workers)
    names = ["worker"] if documents.workers == 1 else [f"worker-{number}" for number in several]
    return {
        name: WorkerBoot(
            name=name,
            database_url=loaded.settings.store.url or sqlite_url(home.root / "vanguard.db"),
            documents_folder=str(_documents_folder(loaded, home)),
            wanted_path=str(home.worker_wanted),
            processes=documents.processes or len(os.sched_getaffinity(0)),
            page_s=documents.page_s,
            max_file_bytes=documents.max_file_mb << 20,
            max_pages=documents.max_pages,
            idle_s=documents.idle_s,
            asked_page_s=documents.asked_page_s,
            gateway_url=url,
            home=str(home.root),
            model_key=documents.model_key or f"file:{home.root / MODEL_FILE}",
            seal_key=documents.seal_key or f"file:{home.root / SEAL_FILE}",
            log_format=loaded.settings.log.format,
            log_level=loaded.settings.log.level,
        )
        for name in names
    }


def _documents_folder(loaded: Loaded, home: Home) -> Path:
    folder = loaded.settings.documents.folder
    return folder.expanduser().absolute() if folder else home.root / "documents"


def plan_of(
    name: str, boot: msgspec.Struct, home: Home, environment: Mapping[str, str], drain_s: float
) -> Plan:
    """Writes the boot file and says how to start the process that reads it.

    Up to a dash the name says what runs.

    Raises:
        OSError: the file cannot be written.
    """
    path = home.run / f"{name}.boot.json"
    write_private(path, msgspec.json.encode(boot).decode())
    role = role_of(name)
    descriptors: tuple[int, ...] = ()
    if isinstance(boot, GatewayBoot):
        descriptors = tuple(fd for fd in (boot.public_fd, boot.admin_fd) if fd >= 0)
    return Plan(
        name=name,
        # -P: a file called `email.py` in the working folder must not stand in for Python's own.
        command=(sys.executable, "-P", "-m", MODULES[role], "--boot", str(path)),
        environment=environment,
        grace_s=drain_s + _GRACE_MORE_S if role == "gateway" else _GRACE_S,
        pass_fds=descriptors,
        # an engine without a model and an embedder says so and is done, a worker without work too
        may_finish=role == "worker" or _has_nothing_to_serve(boot),
    )


def _has_nothing_to_serve(boot: msgspec.Struct) -> bool:
    return isinstance(boot, EngineBoot) and boot.model == "none" and not boot.embeddings


def role_of(name: str) -> Name:
    """What a process of that name runs: `gateway` for `gateway-1`.

    Raises:
        KeyError: no process is called so.
    """
    role = name.partition("-")[0]
    for known in MODULES:
        if known == role:
            return known
    raise KeyError(name)


def _model(name: str) -> str:
    """A name as it stands, the path of a file made absolute."""
    if name.endswith(".gguf") or "/" in name:
        return str(Path(name).expanduser().absolute())
    return name
