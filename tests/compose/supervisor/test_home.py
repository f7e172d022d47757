import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from vanguard.compose.supervisor import home as module
from vanguard.compose.supervisor.home import (
    MAX_SOCKET_PATH_BYTES,
    HomeLock,
    cannot_write,
    ensure_admin_key,
    home_at,
    is_locked,
    prepare_home,
    write_private,
)
from vanguard.core.errors import PlatformError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_parts_are_made_for_their_owner_only_and_kept(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "a" / "b")
    assert home.root == tmp_path / "a" / "b"
    assert [mode(path) for path in (home.root, home.run, home.logs, home.journal)] == [0o700] * 4
    (home.journal / "kept").touch()
    home.run.chmod(0o755)
    again = prepare_home(tmp_path / "a" / "b")
    assert (again.journal / "kept").exists()
    assert mode(again.run) == 0o700
    assert list(again.run.iterdir()) == []  # the probe is gone


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlatformError, match=r"/file is not a folder; choose another one"):
        prepare_home(tmp_path / "file")
    with pytest.raises(PlatformError, match=r"cannot write to .*: Not a directory; choose"):
        prepare_home(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "No space left on device; free some space or choose another folder"),
        (errno.EROFS, "Read-only file system; choose another folder with --home"),
        (errno.EACCES, "Permission denied; make it writable or choose another folder"),
    ],
)
def test_what_the_system_refuses_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.os, "fsync", refuse)
    with pytest.raises(PlatformError) as caught:
        prepare_home(tmp_path / "home")
    assert caught.value.message.startswith(f"cannot write to {tmp_path / 'home'}: {advice}")
    assert "\n" not in caught.value.message
    assert not (tmp_path / "home" / "run" / ".probe").exists()


def test_a_folder_of_the_kernel_is_refused() -> None:
    with pytest.raises(PlatformError, match=r"^cannot write to /proc/vanguard: "):
        prepare_home(Path("/proc/vanguard"))


def test_private_files_are_whole_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old and longer")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_nothing_and_keeps_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    write_private(path, "old")

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module.os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_private(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_admin_key_is_made_once_and_replaced_when_given(tmp_path: Path) -> None:
    home = prepare_home(tmp_path)
    made = ensure_admin_key(home, None)
    assert made.startswith("va-")
    assert len(made) > 30
    assert ensure_admin_key(home, None) == made
    assert ensure_admin_key(home, "given one") == "given one"
    assert home.admin_key.read_text() == "given one\n"
    home.admin_key.chmod(0o644)
    ensure_admin_key(home, None)
    assert mode(home.admin_key) == 0o600


def test_one_supervisor_for_a_home(tmp_path: Path) -> None:
    home = prepare_home(tmp_path)
    assert not is_locked(home)
    lock = HomeLock(home)
    assert is_locked(home)
    with pytest.raises(PlatformError, match=rf"already runs on {tmp_path} \(process {os.getpid()}"):
        HomeLock(home)
    lock.release()
    assert not is_locked(home)
    HomeLock(home).release()


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    home = prepare_home(tmp_path)
    script = (
        "import os, signal, sys; from pathlib import Path;"
        "from vanguard.compose.supervisor.home import *;"
        "lock = HomeLock(home_at(Path(sys.argv[1]))); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode < 0
    assert not is_locked(home)
    HomeLock(home).release()


def test_sockets_of_a_deep_home_lie_in_a_short_closed_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    home = prepare_home(deep)
    try:
        assert home.sockets != home.run
        assert len(os.fsencode(home.sockets / "control.sock")) <= MAX_SOCKET_PATH_BYTES
        assert mode(home.sockets) == 0o700
        assert home_at(deep).sockets == home.sockets  # other commands find it again
        assert home_at(tmp_path / ("y" * 90)).sockets != home.sockets
        home.sockets.chmod(0o755)
        with pytest.raises(PlatformError, match="belongs to somebody else or is open to others"):
            prepare_home(deep)
    finally:
        home.sockets.rmdir()


def test_a_link_in_the_place_of_the_short_folder_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 91)
    sockets = home_at(deep).sockets
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    sockets.symlink_to(tmp_path / "elsewhere")
    try:
        with pytest.raises(PlatformError, match="belongs to somebody else"):
            prepare_home(deep)
    finally:
        sockets.unlink()


def test_long_temporary_folders_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(tmp_path / ("t" * 90)))
    assert home_at(tmp_path / ("x" * 92)).sockets.parent == Path("/tmp")


def test_the_error_of_a_folder_is_one_line() -> None:
    error = cannot_write(Path("/x"), OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert error.message == (
        "cannot write to /x: Disk quota exceeded;"
        " free some space or choose another folder with --home"
    )
