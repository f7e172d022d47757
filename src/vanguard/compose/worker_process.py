"""Runs a worker: `python -m vanguard.compose.worker_process --boot PATH`.

It does not know the settings tree; everything it needs at its start is in the boot file.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import msgspec

from vanguard.compose.batches import open_workshop
from vanguard.core.errors import SettingsError, VanguardError
from vanguard.core.logs import set_up_logs
from vanguard.core.settings import environment
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.vision.stage import AskModel
from vanguard.documents.service.boot import WorkerBoot
from vanguard.documents.service.worker import Bench, Worker
from vanguard.flow.local import Processes
from vanguard.store.database import Database
from vanguard.store.documents.shelf import Shelf
from vanguard.store.migrate import upgrade
from vanguard.store.review.reviews import Reviews

_TICK_S = 0.5
# imported once by the process that page processes are forked from
_PRELOADED = [
    "vanguard.documents.service.stages",
    "vanguard.documents.engines.tesseract",
    "vanguard.documents.recognise.words",
]

_log = logging.getLogger(__name__)


def build(boot: WorkerBoot, database: Database, processes: Processes) -> Worker:
    """Puts the worker together from its boot values; `processes` read the pages of all its documents."""
    bench = Bench(
        database=database,
        shelf=Shelf(Path(boot.documents_folder)),
        # a database may serve several machines, on each of which a worker is called so
        owner=f"{socket.gethostname()}/{boot.name}",
        wanted=Path(boot.wanted_path),
        workshop=lambda folder, seconds: open_workshop(folder, processes, seconds),
        reviews=Reviews(database),
        limits=ReadingLimits(pages=boot.max_pages, file_bytes=boot.max_file_bytes),
        idle_s=boot.idle_s,
        page_s=boot.page_s,
        asked_page_s=boot.asked_page_s,
        asking=AskModel("", url=boot.gateway_url, home=boot.home, key=boot.model_key),
        seal_secret=lambda: _resolved(boot.seal_key, "documents.seal_key"),
    )
    return Worker(bench)


def serve(worker: Worker, drain_s: float) -> bool:
    """Works until it is idle, or told to stop by SIGTERM or SIGINT; whether it came to an end in time."""
    told = threading.Event()

    def leave(_number: int, _frame: object) -> None:
        worker.stop()
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            worker.run()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the main thread
            failed.append(error)

    thread = threading.Thread(target=work, name="worker", daemon=True)
    thread.start()
    while thread.is_alive() and not told.is_set():
        thread.join(_TICK_S)
        worker.tend()
    thread.join(drain_s)
    if failed:
        raise failed[0]
    if thread.is_alive():
        worker.give_back()
    return not thread.is_alive()


def _resolved(url: str, setting: str = "store.url") -> str:
    """A URL behind `env:NAME` or `file:/path`; a URL stays as it is.

    Raises:
        SettingsError: there is nothing behind it.
    """
    kind, _, target = url.partition(":")
    if kind == "env":
        found = environment.read(target) or ""
    elif kind == "file":
        try:
            found = Path(target).expanduser().read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{setting}: {target} cannot be read: {error.strerror}") from error
    else:
        found = url
    if not found:
        raise SettingsError(f"{setting}: there is nothing behind {url}")
    return found


def main(arguments: list[str]) -> int:
    """The process's entry; returns its exit status."""
    if len(arguments) != 2 or arguments[0] != "--boot":
        sys.stderr.write("usage: python -m vanguard.compose.worker_process --boot PATH\n")
        return 2
    try:
        boot = msgspec.json.decode(Path(arguments[1]).read_bytes(), type=WorkerBoot)
    except (OSError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"worker: the boot file cannot be read: {error}\n")
        return 2
    multiprocessing.set_forkserver_preload(_PRELOADED)
    set_up_logs(boot.name, boot.log_format, boot.log_level)
    try:
        database = Database(_resolved(boot.database_url))
        upgrade(database)
        processes = Processes(boot.processes)
        in_time = serve(build(boot, database, processes), boot.drain_s)
    except VanguardError as error:
        sys.stderr.write(f"worker cannot work: {error.message}\n")
        return 1
    except Exception:  # noqa: BLE001 - the process's border
        _log.exception("the worker stops")
        return 1
    if not in_time:
        _log.warning("the page under way is given up; the document goes on with it")
        sys.stderr.flush()
        os._exit(0)  # its thread waits for a page that nobody wants any more
    processes.close()
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
