"""Makes and guards the folder of the platform's state: its parts, its admin key, its one owner.

It does not know the processes that work in it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vanguard.core.errors import PlatformError
from vanguard.core.ids import new_secret

MAX_SOCKET_PATH_BYTES = 99  # of the 108 that Linux has room for; other systems have less
_LONGEST_SOCKET = "control.sock"
_PROBE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Home:
    """Absolute paths. `sockets` lies under the home, or in the temporary folder if that is deep."""

    root: Path
    sockets: Path

    @property
    def run(self) -> Path:
        """Boot files and states of the processes that run now."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """What the processes wrote to their standard error."""
        return self.root / "logs"

    @property
    def journal(self) -> Path:
        """One folder of segments for each gateway worker."""
        return self.root / "journal"

    @property
    def snapshot(self) -> Path:
        """What control publishes."""
        return self.root / "snapshot.json"

    @property
    def admin_key(self) -> Path:
        """The admin key, for its owner only."""
        return self.root / "admin.key"

    @property
    def first_key(self) -> Path:
        """The secret of the key made at the very first start, for its owner only."""
        return self.root / "first.key"

    @property
    def limits_socket(self) -> Path:
        """Where limits are lent from which gateway workers borrow."""
        return self.sockets / "limits.sock"

    @property
    def worker_wanted(self) -> Path:
        """Is there while there may be work for a worker; control makes it, a worker takes it away."""
        return self.run / "worker.wanted"

    @property
    def engine_status(self) -> Path:
        """What the engine says of itself."""
        return self.run / "engine.json"


def home_at(folder: Path) -> Home:
    """The paths of a home; nothing is made or checked."""
    root = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100 - keeps links as they are
    return Home(root, _socket_folder(root))


def prepare_home(folder: Path) -> Home:
    """Makes what is missing, for its owner only, and proves that it can be written.

    Raises:
        PlatformError: one line saying why not, and what to do.
    """
    home = home_at(folder)
    if home.root.exists() and not home.root.is_dir():
        raise PlatformError(f"{home.root} is not a folder; choose another one with --home")
    try:
        for path in (home.root, home.run, home.logs, home.journal):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.run.chmod(0o700)
        _probe(home.run / ".probe")
    except OSError as error:
        raise cannot_write(home.root, error) from error
    if home.sockets != home.run:
        _prepare_short_folder(home.sockets)
    return home


def cannot_write(path: Path, error: OSError) -> PlatformError:
    """The one-line error of a folder that cannot be written, with what to do about it."""
    remedy = "choose another folder with --home"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        remedy = f"free some space or {remedy}"
    elif error.errno in (errno.EACCES, errno.EPERM):
        remedy = f"make it writable or {remedy}"
    return PlatformError(f"cannot write to {path}: {error.strerror}; {remedy}")


def write_private(path: Path, text: str) -> None:
    """Replaces a file whole, readable by its owner only, on the disk when this returns.

    Raises:
        OSError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def ensure_admin_key(home: Home, given: str | None) -> str:
    """Keeps the given admin key, or makes one when there is none yet, and returns it.

    Raises:
        OSError: the file cannot be read or written.
    """
    kept = home.admin_key.read_text("utf-8").strip() if home.admin_key.exists() else ""
    wanted = given or kept or new_secret("va")
    if wanted != kept:
        write_private(home.admin_key, wanted + "\n")
    else:
        home.admin_key.chmod(0o600)
    return wanted


class HomeLock:
    """One supervisor for each home; the lock ends with the process, however it ends."""

    def __init__(self, home: Home) -> None:
        """Takes the lock.

        Raises:
            PlatformError: another supervisor has it; its process id is named.
            OSError: the file cannot be written.
        """
        path = home.run / "supervisor.lock"
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise PlatformError(
                f"Vanguard already runs on {home.root} (process {pid or 'unknown'});"
                " stop it first or choose another folder with --home"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Lets the next one in."""
        os.close(self._descriptor)


def is_locked(home: Home) -> bool:
    """Whether a supervisor runs on this home."""
    try:
        descriptor = os.open(home.run / "supervisor.lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _probe(path: Path) -> None:
    """Writes and removes a small file, so that a full or read-only disk shows at the start."""
    try:
        with path.open("wb") as file:
            file.write(b"\0" * _PROBE_BYTES)
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)


def _socket_folder(root: Path) -> Path:
    inside = root / "run"
    if len(os.fsencode(inside / _LONGEST_SOCKET)) <= MAX_SOCKET_PATH_BYTES:
        return inside
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    name = f"vanguard-{os.getuid()}-{digest}"
    short = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(short / _LONGEST_SOCKET)) <= MAX_SOCKET_PATH_BYTES:
        return short
    return Path("/tmp") / name  # noqa: S108 - owner and mode are checked before it is used


def _prepare_short_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise PlatformError(f"cannot make {folder} for sockets: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PlatformError(
            f"{folder}, needed for sockets because the home's path is long, belongs to somebody"
            " else or is open to others; remove it or choose a shorter path with --home"
        )
