"""What the kernel, strace and valgrind say is read rightly."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from bench.calls import least, summed
from bench.instructions import shown
from bench.models import BenchModel
from bench.peers import environments
from bench.rig import certificate, lender, process, system_calls, usage, valgrind
from bench.rig.gateway_home import Upstreams, limits_socket, make, snapshot, with_values
from bench.upstream.server import tls_context

from vanguard.snapshot.boot import GatewayBoot
from vanguard.snapshot.file import read_snapshot

SUMMARY = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000600           3       200           write
 40.00    0.000400           2       150        12 epoll_pwait
------ ----------- ----------- --------- --------- ----------------
100.00    0.001000           2       350        12 total
"""


def test_straces_summary_is_read_without_its_sum():
    assert system_calls.parse(SUMMARY) == {"write": 200, "epoll_pwait": 150}


def test_what_happened_to_be_called_in_one_of_two_tries_is_not_counted():
    tries = [{"read": 5.0, "close": 800.0}, {"read": 6.0}]
    assert least(tries) == {"read": 5.0, "close": 0.0}


def test_calls_are_those_beyond_the_ones_before_and_noise_is_left_out():
    made = summed({"read": 300, "write": 200, "brk": 1}, {"read": 100}, 100)
    assert made == {"total": 4, "read": 2, "write": 2}
    assert list(made) == ["total", "read", "write"]


def test_processor_time_of_a_child_counts_and_only_grows():
    code = "import time\nend = time.process_time() + .05\nwhile time.process_time() < end: pass\ninput()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while (spent := usage.cpu(child.pid)).total_s < 0.05 and time.monotonic() < deadline:
        time.sleep(0.01)
    child.communicate(b"\n")
    assert spent.total_s >= 0.05
    assert child.returncode == 0


def test_a_tree_has_children_memory_and_descriptors():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while len(found := usage.tree(child.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    memory, descriptors = usage.memory_mib(os.getpid()), usage.descriptors(os.getpid())
    child.communicate(b"\n")
    assert found[0] == child.pid
    assert len(found) == 2
    assert 0 < memory["pss"] <= memory["rss"]
    assert descriptors >= 3


def test_the_share_of_user_mode():
    spent = usage.Cpu(3, 2, 1).since(usage.Cpu(1, 0.5, 0.5))
    assert (spent.total_s, spent.user_share) == (2, 0.75)
    assert usage.Cpu().user_share == 0


def test_the_sum_of_a_dump_is_found_only_when_it_is_written(tmp_path):
    path = tmp_path / "callgrind.out.1"
    path.write_text("events: Ir\nfn=(1)\n1 2\n")
    assert valgrind.total(path) is None
    path.write_text("events: Ir\nfn=(1)\n1 2\n" + "2 3\n" * 5_000 + "totals: 12345\n")
    assert valgrind.total(path) == 12_345


def test_a_change_in_instructions_is_shown():
    line = shown("openai", {"event": 55_000.0}, {"event": 50_000.0})
    assert "55.0k (+10.0%)" in line


def test_a_certificate_is_made_that_the_upstream_can_serve(tmp_path):
    if certificate.missing():
        pytest.fail(certificate.missing())
    authority = certificate.make(tmp_path)
    trusting = ssl.create_default_context(cafile=str(authority))
    assert len(trusting.get_ca_certs()) == 1
    assert tls_context(tmp_path).cert_store_stats()["x509"] == 0


def test_what_is_installed_is_not_installed_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".venv-peer").mkdir()
    (tmp_path / ".venv-peer/installed").write_text("a==1\nb==2")
    assert environments.ensure("peer", ("a==1", "b==2")) == ""


def test_what_cannot_be_installed_gives_its_reason(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(environments.sys, "executable", "/nowhere/python")
    assert "a==1 cannot be installed" in environments.ensure("peer", ("a==1",))


@pytest.fixture
def boot() -> GatewayBoot:
    return GatewayBoot(
        worker="bench", public_fd=3, snapshot_path="s", journal_dir="j", control_socket="c"
    )


def test_boot_values_are_read_as_their_type(boot):
    made = with_values(boot, {"metrics_open": "false", "upstream_tls": "socket", "admin_fd": "7"})
    assert (made.metrics_open, made.upstream_tls, made.admin_fd) == (False, "socket", 7)
    assert with_values(boot, {}) == boot


@pytest.mark.parametrize("texts", [{"no_such": "1"}, {"upstream_tls": "perhaps"}])
def test_a_wrong_boot_value_is_refused(boot, texts):
    with pytest.raises(ValueError, match="boot value"):
        with_values(boot, texts)


def test_the_home_is_what_the_gateway_starts_from(tmp_path):
    upstreams = Upstreams(8_000, 8_001, "/ca.crt")
    models = (BenchModel("openai"), BenchModel("anthropic", tls=True), BenchModel("openai", 5, 1))
    made = snapshot("secret", upstreams, models)
    plain, tls, _ = made.deployments.values()
    assert (plain.base_url, plain.tls.ca_file) == ("http://127.0.0.1:8000/v1", "")
    assert (tls.base_url, tls.tls.ca_file) == ("https://127.0.0.1:8001/v1", "/ca.crt")
    (path,) = make(tmp_path / "home", 5, made)
    assert msgspec.json.decode(path.read_bytes(), type=GatewayBoot).public_fd == 5
    assert read_snapshot(tmp_path / "home/snapshot.json").models.keys() == made.models.keys()


def test_two_workers_share_listener_snapshot_and_lender_and_no_journal(tmp_path):
    made = snapshot("secret", Upstreams(8_000), (BenchModel("openai"),))
    home = tmp_path / "home"
    one, other = (
        msgspec.json.decode(path.read_bytes(), type=GatewayBoot)
        for path in make(home, 5, made, workers=2)
    )
    assert one.worker != other.worker
    assert one.journal_dir != other.journal_dir
    assert Path(one.journal_dir).parent == Path(one.journal_root) == home / "journal"
    assert one.limits_socket == other.limits_socket == str(limits_socket(home))
    assert one.metrics_dir == other.metrics_dir != ""
    assert (one.public_fd, other.public_fd) == (5, 5)


def test_a_path_too_long_for_a_socket_is_said(tmp_path):
    with pytest.raises(ValueError, match="too long for a socket"):
        limits_socket(tmp_path / ("x" * 100))


@pytest.mark.parametrize(
    ("available", "cores"),
    [({3}, "3"), ({0, 1}, "0,1"), ({0, 1, 2}, "0,2"), ({4, 5, 6, 7, 8}, "4,7")],
)
def test_two_workers_have_a_core_of_their_own_where_there_are_four(monkeypatch, available, cores):
    monkeypatch.setattr(process.os, "sched_getaffinity", lambda pid: available)
    assert process.two_cores() == cores
    if len(available) > 3:
        assert not {str(core) for core in process.cores()[1:]} & set(cores.split(","))


def test_what_two_processes_spent_is_added():
    assert usage.Cpu(3, 2, 1) + usage.Cpu(1, 0.5, 0.5) == usage.Cpu(4, 2.5, 1.5)


def test_a_lender_says_how_it_is_used(capsys):
    assert lender.main([]) == 2
    assert "SOCKET SNAPSHOT JOURNALS" in capsys.readouterr().err


def test_without_a_port_for_tls_there_are_no_models_for_it():
    made = snapshot("secret", Upstreams(8_000), (BenchModel("openai", tls=True),))
    assert made.models == {}


def test_what_a_process_left_behind_ends_with_it(tmp_path):
    told = tmp_path / "child"
    code = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        f"pathlib.Path({str(told)!r}).write_text(str(child.pid) + '.')\n"
        "time.sleep(300)\n"
    )
    started = process.spawn([sys.executable, "-c", code], process.cores()[0], tmp_path / "log")
    deadline = time.monotonic() + 60
    while not (told.exists() and told.read_text().endswith(".")) and time.monotonic() < deadline:
        time.sleep(0.01)
    child = int(told.read_text()[:-1])
    process.stop(started)
    assert started.returncode is not None
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(child)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
