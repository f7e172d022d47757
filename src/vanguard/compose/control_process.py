"""The control process: the management API and the console on a Unix socket, and the upkeep.

It does not know who started it; everything it needs is in its boot values.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vanguard.compose.private_socket import listen_privately
from vanguard.compose.reading_tools import ReadingTools
from vanguard.control.boot import ControlBoot
from vanguard.control.service import ControlService, read_boot
from vanguard.core.errors import StoreUnavailable, VanguardError
from vanguard.core.logs import set_up_logs

if TYPE_CHECKING:
    from fastapi import FastAPI

_DRAIN_S = 5
_KEEP_ALIVE_S = 75

_log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; SIGHUP reads the settings again. Returns the exit status."""
    parser = ArgumentParser(prog="python -m vanguard.compose.control_process")
    parser.add_argument("--boot", type=Path, required=True, help="JSON file of boot values")
    boot_path: Path = parser.parse_args(arguments).boot
    try:
        boot = read_boot(boot_path)
    except (OSError, ValueError) as error:
        return _refuse(f"boot values {boot_path}: {error}")
    set_up_logs("control", boot.log_format, boot.log_level)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
    try:
        service = ControlService(boot, tools=ReadingTools())
    except VanguardError as error:
        return _refuse(error.message)
    try:
        # before the snapshot that makes the gateway ready: who then comes waits here and is not refused
        listener = listen_privately(Path(boot.socket))
    except OSError as error:
        service.stop()
        return _refuse(f"cannot listen on {boot.socket}: {error.strerror or error}")
    try:
        service.start(upkeep=False)
    except VanguardError as error:
        listener.close()
        service.stop()
        return _refuse(error.message)
    try:
        asyncio.run(_serve(service, build_app(service, boot), listener))
    except Exception:  # noqa: BLE001 - the process's border
        _log.exception("control stops")
        return 1
    finally:
        service.stop()
    return 0


def build_app(service: ControlService, boot: ControlBoot) -> FastAPI:
    """The API with the console mounted on it.

    Imported here: the gateway waits for the first snapshot, and that is published before.
    """
    from vanguard.console.app import mount  # noqa: PLC0415
    from vanguard.control.app import create_app  # noqa: PLC0415

    def session_valid(cookie: str) -> bool:
        try:
            return service.sessions.is_open(cookie)
        except StoreUnavailable as error:
            _log.warning("nobody can be let in: %s", error.message)
            return False

    app = create_app(service)
    mount(
        app,
        gateway_url=boot.gateway_url,
        gateway_certificate=boot.gateway_certificate,
        admin_key=service.admin_key,
        session_valid=session_valid,
    )
    return app


async def _serve(service: ControlService, app: FastAPI, listener: socket.socket) -> None:
    from uvicorn import Config, Server  # noqa: PLC0415 - as above

    class Quiet(Server):
        """Leaves the signals to us: its own handling raises them again at the end."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # The console's start holds on to every object there is for a moment, and Python then
            # refuses to finish a tuple that another thread is making: no other thread before this.
            service.keep_up()

    config = Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="*",  # only the gateway can enter the socket's folder
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    server = Quiet(config)

    def leave() -> None:
        server.force_exit = server.should_exit  # the second signal does not wait
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)
    loop.add_signal_handler(signal.SIGHUP, service.ask_reload)
    await server.serve(sockets=[listener])


def _refuse(reason: str) -> int:
    """One line on stderr, for the supervisor and for people."""
    sys.stderr.write(f"control cannot start: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
