import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certificates import Authority
from vanguard.cli.diagnosis.platform import control, engine, gateway, platform, worker
from vanguard.compose.supervisor.home import Home, ensure_admin_key, prepare_home
from vanguard.compose.supervisor.running import Running


class Server(http.server.ThreadingHTTPServer):
    ready = 200
    body = b"{}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.send_response(self.server.ready if self.path == "/readyz" else 200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def running(home: Home, url: str = "http://127.0.0.1:1", **children: int) -> Running:
    return Running(1, url, url, str(home.sockets / "control.sock"), children)


def test_nothing_runs(home: Home) -> None:
    assert [one.level for one in platform(home, None)] == ["ok"]


def test_the_gateway(home: Home, server: Server) -> None:
    here = running(home, f"http://127.0.0.1:{server.server_port}")
    assert [one.level for one in gateway(home, here)] == ["ok", "ok"]
    server.ready = 503
    found = list(gateway(home, here))
    assert [one.level for one in found] == ["ok", "fail"]
    assert found[1].text == "/readyz answers 503"
    assert [one.level for one in gateway(home, running(home))] == ["fail"]


def test_a_gateway_that_does_not_take_up_what_is_published(home: Home, server: Server) -> None:
    server.body = b'{"ready": true, "snapshot_error": "the snapshot is refused: x"}'
    found = list(gateway(home, running(home, f"http://127.0.0.1:{server.server_port}")))
    assert [one.level for one in found] == ["ok", "ok", "fail"]
    assert found[2].text == "changes are not taken up: the snapshot is refused: x"


# httpcore 1.0 leaves the socket of a refused Unix connection to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_control_that_is_down(home: Home) -> None:
    assert control(home, running(home)).advice == "restart the platform"
    ensure_admin_key(home, None)
    found = control(home, running(home))
    assert found.level == "fail"
    assert "does not answer" in found.text


@pytest.mark.parametrize(
    ("status", "pid", "level"),
    [
        ('{"state": "ready"}', 5, "ok"),
        ('{"state": "ready"}', 0, "fail"),
        ('{"state": "off"}', 0, "ok"),
        ('{"state": "fetching", "message": "1/2"}', 5, "warn"),
        ('{"state": "failed", "message": "no room"}', 5, "fail"),
    ],
)
def test_the_engine(home: Home, status: str, pid: int, level: str) -> None:
    (home.run / "engine.json").write_text(status)
    assert engine(home, running(home, engine=pid)).level == level


def test_a_gateway_that_speaks_tls_is_known_by_its_certificate(
    home: Home, server: Server, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "authority")
    pair, other = authority.issue("models.test"), authority.issue("127.0.0.1")
    server.socket = pair.server().wrap_socket(server.socket, server_side=True)
    url = f"https://127.0.0.1:{server.server_port}"
    for certificate, levels in [(pair.certificate, ["ok", "ok"]), (other.certificate, ["fail"])]:
        told = gateway(home, Running(1, url, url, "", {}, certificate=certificate))
        assert [one.level for one in told] == levels


def test_workers_need_not_run_but_when_there_is_work(home: Home) -> None:
    assert worker(home, running(home)).text.startswith("idle")
    assert worker(home, running(home, **{"worker-0": 7, "worker-1": 0})).text == "1 at work"
    home.worker_wanted.touch()
    assert worker(home, running(home, worker=0)).level == "ok"  # it is on its way
    os.utime(home.worker_wanted, (1_000, 1_000))
    found = worker(home, running(home, worker=0))
    assert (found.level, found.advice) == ("fail", f"see {home.logs / 'worker.log'}")
    assert worker(home, running(home, worker=7)).level == "ok"
