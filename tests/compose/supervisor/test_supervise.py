import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.fake_platform.run import PATIENCE_S, Platform, alive, on_a_terminal, until

# starts real processes, a second or more a test
pytestmark = pytest.mark.e2e

Begin = Callable[..., Platform]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    platforms: list[Platform] = []

    def started(*flags: str, ready: bool = True, **variables: str) -> Platform:
        platforms.append(Platform(tmp_path, *flags, **variables))
        if ready:
            platforms[-1].wait_for("vanguard chat")
        return platforms[-1]

    yield started
    for platform in platforms:
        platform.end()


def test_a_whole_life(begin: Begin) -> None:
    platform = begin()
    running = platform.running()
    assert running.pid == platform.process.pid
    assert running.ready
    assert f"Vanguard 0.1.0 is ready at {running.url}" in platform.said
    assert "ANTHROPIC_MODEL=m" in platform.said  # 200,000 tokens carry Claude Code
    # Secrets are kept for their owner and not said where standard output is no terminal.
    home = platform.home
    assert home.first_key.read_text() == "vk-made-by-the-stand-in-0\n"
    assert "vk-made-by" not in platform.said
    for path in (home.first_key, home.admin_key, home.run / "gateway.boot.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in (home.root, home.run, home.logs, home.journal):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    # Warnings are shown, everything is kept.
    platform.wait_for("gateway: a warning of the gateway port=1")
    assert "told only when asked" not in platform.said
    assert "told only when asked" in (home.logs / "gateway.log").read_text()
    # Each child leads its own session, so that Ctrl-C on the terminal does not reach it.
    begun = [line.split() for line in platform.events()]
    assert {words[0] for words in begun} == {"gateway", "control", "engine"}
    assert all(words[2] == words[3] for words in begun)

    platform.process.send_signal(signal.SIGINT)
    assert platform.wait() == 0
    assert platform.events()[-3:] == ["gateway stopped", "control stopped", "engine stopped"]
    assert not (home.run / "up.json").exists()


def test_who_is_killed_comes_back_and_nothing_outlives_a_killed_supervisor(begin: Begin) -> None:
    platform = begin("--verbose")
    platform.wait_for("told only when asked")
    for name in ("gateway", "control", "engine"):
        pid = platform.pid(name)
        os.kill(pid, signal.SIGKILL)
        platform.wait_for(f"{name} died (killed by SIGKILL); starting it again in 0.1 s")
        until(lambda n=name, p=pid: platform.pid(n) != p, lambda n=name: f"{n} stays down")
    assert "died (killed by SIGKILL" in (platform.home.logs / "supervisor.log").read_text()
    children = list(platform.running().children.values())
    platform.process.kill()
    platform.wait()
    until(lambda: not any(map(alive, children)), lambda: f"left behind: {children}")
    # The next start finds its keys.
    key = platform.home.first_key.read_text()
    admin = platform.home.admin_key.read_text()
    again = begin()
    assert again.home.first_key.read_text() == key
    assert again.home.admin_key.read_text() == admin
    # While it runs, nobody else may use the home.
    second = begin(ready=False)
    assert second.wait() == 1
    assert second.said == (
        f"vanguard: Vanguard already runs on {again.home.root} (process {again.process.pid});"
        " stop it first or choose another folder with --home\n"
    )


def test_a_second_interrupt_ends_everything_at_once(begin: Begin) -> None:
    platform = begin()
    (platform.home.root / "gateway.hangs").touch()
    children = list(platform.running().children.values())
    platform.process.send_signal(signal.SIGINT)
    platform.wait_for("stopping: open streams get up to 30 s")
    platform.process.send_signal(signal.SIGINT)
    assert platform.wait() == 130
    assert not any(map(alive, children))


def test_what_does_not_end_in_its_time_is_ended(begin: Begin) -> None:
    platform = begin(VANGUARD_GATEWAY_DRAIN_S="0.01")
    (platform.home.root / "engine.hangs").touch()
    assert "open streams get up to" not in platform.said
    pid = platform.pid("engine")
    platform.process.terminate()
    platform.wait_for("open streams get up to 0.01 s")
    until(lambda: "control stopped" in platform.events(), lambda: str(platform.events()))
    os.kill(pid, signal.SIGKILL)  # its own grace is longer than a test should take
    assert platform.wait() == 0


def test_reload_by_signal(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("log: {level: info}\n")
    platform = begin("--config", "mine.yaml")
    (tmp_path / "mine.yaml").write_text("log: {level: inf}\n")
    platform.process.send_signal(signal.SIGHUP)
    platform.wait_for("the old settings stay in force:\nmine.yaml:1: log.level: expected")
    (tmp_path / "mine.yaml").write_text("log: {level: debug}\n")
    platform.process.send_signal(signal.SIGHUP)
    platform.wait_for("settings reloaded\nrestart to apply: log")
    (tmp_path / "mine.yaml").unlink()
    platform.process.send_signal(signal.SIGHUP)
    platform.wait_for("mine.yaml: no such settings file")


def test_a_child_that_keeps_dying_is_named_and_does_not_hold_back_the_others(
    begin: Begin, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "engine.breaks").touch()
    platform = begin(VANGUARD_ADMIN_KEY="given-from-outside")
    assert "engine keeps dying, 5 times now (exit code 3; its last words: engine" in platform.said
    assert "cannot start: the test says so" in platform.said
    assert f"see {platform.home.logs / 'engine.log'}" in platform.said
    assert "starting it again in 8.0 s" in platform.said
    assert "engine     failed: its process keeps dying" in platform.said
    # A given admin key is the one in force, and is not said.
    assert platform.home.admin_key.read_text().strip() == "given-from-outside"
    assert "given-from-outside" not in platform.said


def test_a_taken_port(begin: Begin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        platform = begin("--port", str(port), ready=False)
        assert platform.wait() == 1
    assert platform.said == (
        f"vanguard: port {port} on 127.0.0.1 is taken; stop what listens there or choose another"
        " port with --port (or VANGUARD_PORT)\n"
    )


def test_bad_settings_start_nothing(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / "vanguard.yaml").write_text(
        "models:\n  m:\n    deployments:\n"
        "      - {provider: openai, model: x, api_key: 'env:VG_NOT_SET'}\n"
    )
    platform = begin(ready=False)
    assert platform.wait() == 1
    assert platform.said == (
        "vanguard: vanguard.yaml:4: models.m.deployments[0].api_key:"
        " the environment variable VG_NOT_SET is not set\n"
    )
    assert not platform.home.root.exists()


def test_a_home_that_is_a_file(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    platform = begin(ready=False)
    assert platform.wait() == 1
    assert platform.said.startswith(f"vanguard: {tmp_path}/home is not a folder")


def read_until(person: int, text: bytes) -> bytes:
    """What the terminal shows, until it has shown `text`."""
    shown = b""
    while text not in shown:
        shown += os.read(person, 65536)
    return shown


def test_on_a_terminal_the_key_is_shown_and_ctrl_c_reaches_nobody_else(tmp_path: Path) -> None:
    with on_a_terminal(tmp_path) as (process, person):
        assert b"vk-made-by-the-stand-in-0" in read_until(person, b"vanguard chat")
        os.write(person, b"\x03")  # what the key sends; the kernel signals the whole group
        read_until(person, b"stopped")
        assert process.wait(PATIENCE_S) == 0
        os.close(person)
    events = (tmp_path / "home" / "events").read_text().splitlines()
    assert events[-3:] == ["gateway stopped", "control stopped", "engine stopped"]


def test_a_terminal_that_is_closed_ends_everything_in_order(tmp_path: Path) -> None:
    with on_a_terminal(tmp_path) as (process, person):
        read_until(person, b"vanguard chat")
        os.close(person)
        assert process.wait(PATIENCE_S) == 0
    events = (tmp_path / "home" / "events").read_text().splitlines()
    assert events[-3:] == ["gateway stopped", "control stopped", "engine stopped"]


def test_the_gateway_is_replaced_on_sigusr2_the_new_one_first(begin: Begin) -> None:
    platform = begin(VANGUARD_GATEWAY_WORKERS="2")
    names = ("gateway-0", "gateway-1")
    old = [platform.pid(name) for name in names]
    assert len(set(old)) == 2
    platform.process.send_signal(signal.SIGUSR2)
    platform.wait_for("the gateway's processes are new")
    new = [platform.pid(name) for name in names]
    assert not set(old) & set(new)
    until(lambda: not any(map(alive, old)), lambda: f"still there: {old}")
    words = [line.split() for line in platform.events()]
    told = [line[:2] if line[0] == "retired" else [line[0], line[2]] for line in words]
    assert told.index(["gateway", str(new[0])]) < told.index(["retired", "gateway"])
    assert "died" not in platform.said
    platform.process.terminate()
    assert platform.wait() == 0
    assert not any(map(alive, new))
    assert not (platform.home.logs / "gateway-0 (old).log").exists()


def test_a_successor_that_cannot_start_leaves_the_old_one_alone(begin: Begin) -> None:
    platform = begin()
    old = platform.pid("gateway")
    (platform.home.root / "gateway.breaks").touch()
    platform.process.send_signal(signal.SIGUSR2)
    platform.wait_for("the gateway is not replaced: the new gateway cannot take over (exit code 3)")
    assert platform.pid("gateway") == old
    assert alive(old)
    (platform.home.root / "gateway.breaks").unlink()
    platform.process.send_signal(signal.SIGUSR2)
    platform.wait_for("the gateway's processes are new")
    assert platform.pid("gateway") != old


def test_another_number_of_workers_is_no_matter_of_replacing(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("gateway: {workers: 1}\n")
    platform = begin("--config", "mine.yaml")
    (tmp_path / "mine.yaml").write_text("gateway: {workers: 3}\n")
    platform.process.send_signal(signal.SIGUSR2)
    platform.wait_for("another number of workers needs a restart")
