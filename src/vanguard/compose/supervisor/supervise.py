"""The life of `vanguard up`: checks, start, watch, reload, and the order of the stop.

It does not know what the processes do; each is a plan to run and a line in the stop order.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import httpx
import msgspec

from vanguard.compose.supervisor.backoff import Verdict
from vanguard.compose.supervisor.banner import Served, Start, banner, where_options
from vanguard.compose.supervisor.boots import (
    check_start,
    control_boot,
    engine_boot,
    gateway_boots,
    plan_of,
    role_of,
    worker_boots,
)
from vanguard.compose.supervisor.child import Child, Plan
from vanguard.compose.supervisor.first_key import ControlApi
from vanguard.compose.supervisor.home import (
    Home,
    HomeLock,
    cannot_write,
    ensure_admin_key,
    prepare_home,
)
from vanguard.compose.supervisor.listen import Listeners, open_listeners
from vanguard.compose.supervisor.logs import LineReader, LogFile
from vanguard.compose.supervisor.running import Running, forget_running, write_running
from vanguard.compose.supervisor.screen import Screen
from vanguard.compose.supervisor.watch import Condition, Watch
from vanguard.compose.supervisor.workers.lend import Lending
from vanguard.compose.supervisor.workers.on_call import OnCall
from vanguard.compose.supervisor.workers.replace import begin_successor
from vanguard.control.engine_state import EngineState
from vanguard.core.errors import PlatformError, SettingsError
from vanguard.core.settings import environment
from vanguard.core.settings.load import (
    CONFIG_VARIABLE,
    Loaded,
    config_path,
    load_settings,
)
from vanguard.core.settings.loaded import admin_key_of, changed_for_a_start
from vanguard.sdk.own_certificate import verification

# The gateway first: it drains streams that need the engine, and journals what control ingests.
STOP_ORDER = ("gateway", "worker", "control", "engine")
ON_CALL = ("worker",)  # started when there is something to do
_CONTROL_TRIES = 20
_RETRY_S = 0.5


@dataclass(frozen=True)
class Options:
    """What the command line gave.

    Attributes:
        config: the settings file, when a flag names one.
        overrides: other flags, by dotted name of the setting.
        verbose: show everything that the processes write, not only warnings and errors.
        cli: how the command line was called, for the commands in the banner.
    """

    config: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    verbose: bool = False
    cli: str = "vanguard"


def run_up(options: Options, screen: Screen) -> int:
    """Runs the platform until it is told to stop; returns the exit status.

    Raises:
        VanguardError: it cannot start; the message has one line for each reason.
    """
    loaded = read_settings(options)
    for warning in loaded.warnings:
        screen.say(warning, "warning")
    home = prepare_home(loaded.settings.home)
    try:
        with ExitStack() as stack:
            lock = HomeLock(home)
            stack.callback(lock.release)
            admin_key = ensure_admin_key(home, admin_key_of(loaded))
            listeners = open_listeners(loaded.settings)
            stack.callback(listeners.close)
            home.engine_status.unlink(missing_ok=True)  # what the last engine said
            home.worker_wanted.unlink(missing_ok=True)  # control asks anew
            plans = _plans(loaded, home, listeners, options)
            stack.callback(forget_running, home)
            supervisor = Supervisor(Scene(loaded, home, listeners, options, admin_key), screen)
            return asyncio.run(supervisor.run(plans))
    except OSError as error:
        raise cannot_write(home.root, error) from error


def read_settings(options: Options) -> Loaded:
    """The settings as a start or a reload sees them.

    Raises:
        SettingsError: one line for each thing wrong.
    """
    loaded = load_settings(config_path(options.config), options.overrides)
    check_start(loaded)
    return loaded


@dataclass(frozen=True)
class Scene:
    """What does not change while the platform runs."""

    loaded: Loaded
    home: Home
    listeners: Listeners
    options: Options
    admin_key: str


class Supervisor:
    """Watches over the children of one platform; told by them and by signals what happens."""

    def __init__(self, scene: Scene, screen: Screen) -> None:
        self._scene = scene
        self._screen = screen
        self._children: dict[str, Child] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._retired: dict[Child, asyncio.Task[None]] = {}
        self._lines: dict[str, LineReader] = {}
        self._files: dict[str, LogFile] = {}
        self._last_words: dict[str, str] = {}
        self._looping: set[str] = set()
        self._stopping = asyncio.Event()
        self._killed = False
        self._ready = False
        self._log_failed = False
        self._reloading: asyncio.Task[None] | None = None
        self._replacing: asyncio.Task[None] | None = None
        self._lending: Lending | None = None

    async def run(self, plans: Sequence[Plan]) -> int:
        """Starts everything, returns when everything is gone: 0, or 130 when it was cut short."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told_to_stop)
        loop.add_signal_handler(signal.SIGHUP, self._told_to_reload)
        loop.add_signal_handler(signal.SIGUSR2, self._told_to_replace)
        await self._lend()
        on_call = [plan for plan in plans if role_of(plan.name) in ON_CALL]
        for plan in plans:
            if plan not in on_call:
                self._begin(plan)
        wanted = self._scene.home.worker_wanted
        calling = asyncio.create_task(
            OnCall(on_call, wanted, self._runs, self._begin).keep_looking()
        )
        watching = asyncio.create_task(self._watch())
        told = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({told, watching}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()  # only a defect ends it
        finally:
            for task in (watching, told, calling):
                task.cancel()
            self._screen.progress_done()
            await self._stop()
            if self._lending is not None:
                await self._lending.close()
        return 130 if self._killed else 0

    def _begin(self, plan: Plan) -> None:
        name = plan.name
        self._files.setdefault(name, LogFile(self._scene.home.logs / f"{name}.log"))
        self._children[name] = child = Child(plan, self)
        self._tasks[name] = task = asyncio.create_task(child.run())
        task.add_done_callback(lambda _: self._tell_others())

    def _runs(self, name: str) -> bool:
        return name in self._tasks and not self._tasks[name].done()

    async def _lend(self) -> None:
        home = self._scene.home
        self._lending = Lending(
            home.limits_socket,
            home.snapshot,
            home.journal,
            lambda text: self._screen.say(text, "error"),
        )
        await self._lending.start()

    def started(self, name: str, pid: int) -> None:
        """A child runs."""
        self._lines[name] = LineReader()
        self._last_words.pop(name, None)
        self._note(f"{name} started as process {pid}")
        self._tell_others()

    def wrote(self, name: str, chunk: bytes) -> None:
        """A child wrote: all of it is kept, warnings and errors are shown."""
        self._keep(name, chunk)
        for line in self._lines.setdefault(name, LineReader()).feed(chunk):
            self._last_words[name] = line.text
            # What loops would say the same again and again; its death is told with its last words.
            told = line.level in {"warning", "error"} and name not in self._looping
            if self._scene.options.verbose or told:
                self._screen.say(f"{name}: {line.text}", line.level)

    def ended(self, name: str, pid: int) -> None:
        """A child's process is gone."""
        self._note(f"{name}, process {pid}, is gone")
        if self._lending is not None:
            self._lending.ended(pid)

    def died(self, name: str, reason: str, verdict: Verdict) -> None:
        """A child ended by itself."""
        words = self._last_words.get(name, "")
        # Who was killed had no time to say why.
        said = f"; its last words: {words.splitlines()[-1][:300]}" if words else ""
        said = said if reason.startswith("exit") else ""
        self._looping.discard(name)
        if verdict.looping:
            self._looping.add(name)
            log = self._scene.home.logs / f"{name}.log"
            text = f"{name} keeps dying, {verdict.deaths} times now ({reason}{said}); see {log}"
        else:
            text = f"{name} died ({reason}{said})"
        text += f"; starting it again in {verdict.delay_s:.1f} s"
        self._note(text)
        self._screen.say(text, "error")
        self._tell_others()

    async def _stop(self) -> None:
        if self._replacing is not None:
            self._replacing.cancel()
            await asyncio.wait({self._replacing})
        for role in STOP_ORDER:
            leaving = {self._children[n]: t for n, t in self._tasks.items() if role_of(n) == role}
            if role == "gateway":
                leaving |= self._retired
            for child in leaving:
                self._note(f"stopping {child.plan.name}")
                child.stop()
            # The gateway drains with a port that is closed: who comes now is refused at once.
            self._scene.listeners.close()
            if leaving:
                await asyncio.wait(leaving.values())
        self._screen.say("stopped")

    def _told_to_stop(self) -> None:
        if self._stopping.is_set():
            self._killed = True
            self._screen.say("ending everything at once", "warning")
            for child in (*self._children.values(), *self._retired):
                child.kill()
            return
        self._stopping.set()
        drain_s = self._scene.loaded.settings.gateway.drain_s
        self._screen.progress_done()
        self._screen.say(
            f"stopping: open streams get up to {drain_s:g} s; Ctrl-C again ends everything at once"
        )

    def _told_to_reload(self) -> None:
        if self._screen.terminal_closed:  # the kernel says it with the same signal
            self._told_to_stop()
            return
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.create_task(self._reload())

    async def _reload(self) -> None:
        try:
            loaded = read_settings(self._scene.options)
        except SettingsError as error:
            self._screen.say(f"the old settings stay in force:\n{error.message}", "error")
            return
        try:
            async with self._control() as control:
                refused = await control.reload()
        except httpx.HTTPError:
            # It reads the settings when it comes up.
            self._screen.say("control does not answer; it reads the settings at its start")
            return
        if refused is not None:
            self._screen.say(f"the old settings stay in force:\n{refused}", "error")
            return
        self._screen.say("settings reloaded")
        changed = changed_for_a_start(self._scene.loaded.settings, loaded.settings)
        if changed:
            self._screen.say(f"restart to apply: {', '.join(changed)}", "warning")
        if {"gateway", "log"} & set(changed) and "gateway.workers" not in changed:
            self._screen.say("for the gateway, `vanguard reload --restart-gateway` does")

    def _told_to_replace(self) -> None:
        if not self._stopping.is_set() and (self._replacing is None or self._replacing.done()):
            self._replacing = asyncio.create_task(self._replace_gateways())

    async def _replace_gateways(self) -> None:
        """Puts a new process in the place of each gateway worker, one after the other."""
        scene = self._scene
        try:
            loaded = self._settings_of_successors()
            for plan in _gateway_plans(loaded, scene.home, scene.listeners, scene.options):
                boot = gateway_boots(loaded, scene.home, scene.listeners)[plan.name]
                child, task = await begin_successor(plan, Path(boot.ready_path), self)
                self._take_over(plan.name, child, task)
        except (PlatformError, OSError) as error:
            text = f"the gateway is not replaced: {error}"
            self._note(text)
            self._screen.say(text, "error")
            return
        self._screen.say("the gateway's processes are new; old ones end with their open streams")

    def _settings_of_successors(self) -> Loaded:
        loaded = read_settings(self._scene.options)
        if loaded.settings.gateway.workers != self._scene.loaded.settings.gateway.workers:
            raise PlatformError("another number of workers needs a restart of the platform")
        return loaded

    def _take_over(self, name: str, child: Child, task: asyncio.Task[None]) -> None:
        old, old_task = self._children[name], self._tasks[name]
        self._children[name], self._tasks[name] = child, task
        old.plan = replace(old.plan, name=f"{name} (old)")
        self._retired[old] = old_task
        old_task.add_done_callback(lambda _: self._retired.pop(old, None))
        old.retire()
        self._tell_others()

    async def _watch(self) -> None:
        """Waits for the platform to answer, says so once, then follows the engine."""
        scene = self._scene
        async with self._control() as control:
            trusted = verification(scene.listeners.certificate)
            watch = Watch(scene.home, scene.listeners.url, control, self._screen, trusted)
            engine = await watch.until_ready(self._condition)
            key, models = await self._first_facts(control)
            if key is not None and not await watch.until_key_works(key):
                self._screen.say("the gateway does not know the first key yet", "warning")
            self._ready = True
            self._tell_others()
            self._screen.banner(self._banner(engine, key, models))
            await watch.follow_engine(engine)

    async def _first_facts(self, control: ControlApi) -> tuple[str | None, list[Served]]:
        """The first key and the models; control may die meanwhile, so it is asked again."""
        for attempt in range(_CONTROL_TRIES):
            try:
                return await control.ensure_first_key(self._scene.home), await control.models()
            except (httpx.HTTPError, msgspec.MsgspecError, OSError) as error:
                if attempt == _CONTROL_TRIES - 1:
                    self._screen.say(f"no first key could be made: {error}", "error")
                await asyncio.sleep(_RETRY_S)
        return None, []

    def _banner(self, engine: EngineState, key: str | None, models: list[Served]) -> str:
        scene = self._scene
        return banner(
            Start(
                version=version("vanguard-ai"),
                url=scene.listeners.url,
                admin_url=scene.listeners.admin_url,
                # Whoever reads a log may not read keys.
                key=key if self._screen.interactive else None,
                key_path=scene.home.first_key if key else None,
                admin_key_path=scene.home.admin_key,
                models=models,
                engine=f"failed: {engine.message}" if engine.state == "failed" else "",
                cli=scene.options.cli,
                certificate=scene.listeners.certificate,
                where=where_options(scene.home.root, scene.listeners.url),
            )
        )

    def _control(self) -> ControlApi:
        return ControlApi(self._scene.home.sockets / "control.sock", self._scene.admin_key)

    def _condition(self, name: str) -> Condition:
        names = [one for one in self._children if role_of(one) == name]
        if any(one in self._looping for one in names):
            return "looping"
        pids = self._pids()
        return "up" if all(pids[one] for one in names) else "down"

    def _pids(self) -> dict[str, int]:
        return {name: child.pid or 0 for name, child in self._children.items()}

    def _tell_others(self) -> None:
        listeners = self._scene.listeners
        running = Running(
            pid=os.getpid(),
            url=listeners.url,
            admin_url=listeners.admin_url,
            control_socket=str(self._scene.home.sockets / "control.sock"),
            children=self._pids(),
            ready=self._ready,
            certificate=listeners.certificate,
        )
        try:
            write_running(self._scene.home, running)
        except OSError as error:
            self._screen.say(cannot_write(self._scene.home.run, error).message, "error")

    def _note(self, text: str) -> None:
        """A line in the supervisor's own log."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._keep("supervisor", f"{stamp} {text}\n".encode())

    def _keep(self, name: str, chunk: bytes) -> None:
        name = name.partition(" ")[0]
        file = self._files.setdefault(name, LogFile(self._scene.home.logs / f"{name}.log"))
        try:
            file.write(chunk)
            self._log_failed = False
        except OSError as error:
            if not self._log_failed:
                self._screen.say(cannot_write(self._scene.home.logs, error).message, "error")
            self._log_failed = True


def _plans(loaded: Loaded, home: Home, listeners: Listeners, options: Options) -> list[Plan]:
    """The processes in the order of their start: what takes longest first.

    Raises:
        OSError: a boot file cannot be written.
    """
    boots: dict[str, msgspec.Struct] = {
        "engine": engine_boot(loaded, home),
        "control": control_boot(loaded, home, listeners, options.overrides),
        **worker_boots(loaded, home, listeners.url),
    }
    variables = _variables(loaded, options)
    plans = [plan_of(name, boot, home, variables, 0) for name, boot in boots.items()]
    return plans + _gateway_plans(loaded, home, listeners, options)


def _gateway_plans(
    loaded: Loaded, home: Home, listeners: Listeners, options: Options
) -> list[Plan]:
    boots = gateway_boots(loaded, home, listeners)
    variables = _variables(loaded, options)
    drain_s = loaded.settings.gateway.drain_s
    return [plan_of(name, boot, home, variables, drain_s) for name, boot in boots.items()]


def _variables(loaded: Loaded, options: Options) -> dict[str, str]:
    """The environment of every process."""
    variables = dict(environment.everything())
    if options.config or environment.read(CONFIG_VARIABLE):
        variables[CONFIG_VARIABLE] = str(loaded.path.absolute())
    return variables
