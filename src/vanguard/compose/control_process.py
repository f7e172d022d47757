"""The control process: the management API and the console on a Unix socket, and the upkeep.

It does not know who started it; everything it needs is in its boot values.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from vanguard.control.api.access import session_valid
from vanguard.control.app import create_app
from vanguard.control.boot import ControlBoot
from vanguard.control.logs import set_up_logs
from vanguard.control.service import ControlService, read_boot
from vanguard.core.errors import VanguardError

_DRAIN_S = 5
_CLIENT_LINE_S = 75


def main(arguments: list[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; SIGHUP reads the settings again. Returns the exit status."""
    parser = ArgumentParser(prog="python -m vanguard.compose.control_process")
    parser.add_argument("--boot", type=Path, required=True, help="JSON file of boot values")
    boot_path: Path = parser.parse_args(arguments).boot
    try:
        boot = read_boot(boot_path)
    except (OSError, ValueError) as error:
        return _refuse(f"boot values {boot_path}: {error}")
    set_up_logs(boot.log_format, boot.log_level)
    try:
        service = ControlService(boot)
        service.start()
    except VanguardError as error:
        return _refuse(error.message)
    try:
        listener = _listen(Path(boot.socket))
    except OSError as error:
        service.stop()
        return _refuse(f"cannot listen on {boot.socket}: {error.strerror or error}")
    try:
        asyncio.run(_serve(service, build_app(service, boot), listener))
    finally:
        service.stop()
    return 0


def build_app(service: ControlService, boot: ControlBoot) -> FastAPI:
    """The API with the console mounted on it."""
    from vanguard.console.app import mount  # noqa: PLC0415 - a second to import

    app = create_app(service)
    mount(
        app,
        gateway_url=boot.gateway_url,
        admin_key=service.admin_key,
        session_valid=lambda cookie: session_valid(service, cookie),
    )
    return app


async def _serve(service: ControlService, app: FastAPI, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="*",  # only the gateway can enter the socket's folder
        timeout_keep_alive=_CLIENT_LINE_S,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, service.ask_reload)
    await uvicorn.Server(config).serve(sockets=[listener])


def _listen(path: Path) -> socket.socket:
    """A listening Unix socket that only its owner may enter; a stale one is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(256)
    listener.setblocking(False)
    return listener


def _refuse(reason: str) -> int:
    """One line on stderr, for the supervisor and for people."""
    sys.stderr.write(f"control cannot start: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
