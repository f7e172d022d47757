import stat
import sys
from pathlib import Path

import msgspec
import pytest

from vanguard.compose.supervisor import boots
from vanguard.compose.supervisor.boots import (
    check_start,
    control_boot,
    engine_boot,
    gateway_boot,
    gateway_boots,
    plan_of,
    role_of,
    worker_boots,
)
from vanguard.compose.supervisor.home import Home, prepare_home
from vanguard.compose.supervisor.listen import Listeners, open_listeners
from vanguard.control.boot import ControlBoot
from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import Loaded, load_settings
from vanguard.snapshot.boot import GatewayBoot

SETTINGS = """
host: 127.0.0.1
port: 0
cache: ./cache
engine: {model: ./m.gguf, embeddings: false, threads: 3, context_tokens: 1024,
  answer_tokens: 99, parallel: 4}
gateway: {drain_s: 7, max_body_mb: 2, max_connections: 5, max_attempts: 3, metrics: key,
  connect_s: 1, first_byte_s: 2, idle_s: 3, request_body_s: 4, output_estimate_tokens: 9,
  client_read_s: 5, request_s: 6, max_buffered_mb: 3, max_continued_kb: 8}
log: {level: debug, format: text}
"""


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vanguard.yaml").write_text(SETTINGS)
    loaded = load_settings(Path("vanguard.yaml"), {})
    listeners = open_listeners(loaded.settings)
    yield loaded, prepare_home(tmp_path / "home"), listeners
    listeners.close()


def test_the_gateway_is_told_all_that_concerns_it(scene: tuple[Loaded, Home, Listeners]) -> None:
    loaded, home, listeners = scene
    boot = gateway_boot(loaded, home, listeners)
    assert boot.public_fd == listeners.public.fileno()
    assert (boot.admin_fd, boot.admin_on_public, boot.metrics_open) == (-1, True, False)
    assert boot.journal_dir == str(home.root / "journal" / boot.worker)
    deadlines = boot.deadlines
    assert (deadlines.connect_s, deadlines.first_byte_s, deadlines.idle_s) == (1, 2, 3)
    assert (deadlines.request_body_s, deadlines.drain_s) == (4, 7)
    assert (deadlines.client_read_s, deadlines.request_s) == (5, 6)
    bounds = boot.bounds
    assert bounds.buffered_bytes == 3 * 1024 * 1024
    assert (bounds.request_body_bytes, bounds.client_connections) == (2 * 1024 * 1024, 5)
    assert bounds.continued_bytes == 8 * 1024
    assert (bounds.attempts, bounds.output_estimate_tokens) == (3, 9)
    assert (boot.log_format, boot.log_level) == ("text", "debug")


def test_metrics_follow_the_address_unless_told(
    scene: tuple[Loaded, Home, Listeners], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, home, listeners = scene
    monkeypatch.setenv("VANGUARD_GATEWAY_METRICS", "auto")
    loaded = load_settings(loaded.path, {})
    assert gateway_boot(loaded, home, listeners).metrics_open
    monkeypatch.setattr(boots, "is_loopback", lambda _listener: False)
    assert not gateway_boot(loaded, home, listeners).metrics_open
    monkeypatch.setenv("VANGUARD_GATEWAY_METRICS", "open")
    assert gateway_boot(load_settings(loaded.path, {}), home, listeners).metrics_open


def test_each_worker_has_a_name_and_a_journal_of_its_own(
    scene: tuple[Loaded, Home, Listeners], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, home, listeners = scene
    alone = gateway_boots(loaded, home, listeners)
    assert {name: boot.worker for name, boot in alone.items()} == {"gateway": "gateway-0"}
    monkeypatch.setenv("VANGUARD_GATEWAY_WORKERS", "2")
    several = gateway_boots(load_settings(loaded.path, {}), home, listeners)
    assert list(several) == ["gateway-0", "gateway-1"]
    for name, boot in several.items():
        assert boot.worker == name
        assert boot.journal_dir == str(home.journal / name)
        assert boot.journal_root == str(home.journal)
        assert boot.ready_path == str(home.run / f"{name}.ready")
        plan = plan_of(name, boot, home, {}, 7)
        assert "vanguard.compose.gateway_process" in plan.command
        assert plan.command[-1] == str(home.run / f"{name}.boot.json")
    with pytest.raises(KeyError):
        role_of("gatewa-1")


def test_an_admin_listener_takes_the_admin_plane_off_the_public_port(
    scene: tuple[Loaded, Home, Listeners],
) -> None:
    loaded, home, listeners = scene
    both = Listeners(listeners.public, listeners.admin or listeners.public, "http://a", "http://b")
    boot = gateway_boot(loaded, home, both)
    assert boot.admin_fd >= 0
    assert not boot.admin_on_public


def test_control_gets_absolute_paths_and_the_flags(
    scene: tuple[Loaded, Home, Listeners], tmp_path: Path
) -> None:
    loaded, home, listeners = scene
    boot = control_boot(loaded, home, listeners, {"port": "0"})
    assert boot.config == str(tmp_path / "vanguard.yaml")
    assert boot.overrides == {"port": "0"}
    assert boot.socket == str(home.sockets / "control.sock")
    assert boot.gateway_url == listeners.url
    assert boot.engine_status_path == str(home.run / "engine.json")
    for path in (boot.home, boot.admin_key_path, boot.snapshot_path, boot.journal_root):
        assert Path(path).is_absolute()


def test_each_worker_of_documents_has_a_name_and_may_finish(
    scene: tuple[Loaded, Home, Listeners], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, home, listeners = scene
    (boot,) = worker_boots(loaded, home).values()
    assert boot.name == "worker"
    assert boot.database_url == f"sqlite:///{home.root / 'vanguard.db'}"
    assert boot.documents_folder == str(home.root / "documents")
    assert boot.wanted_path == str(home.worker_wanted)
    assert boot.processes >= 1
    control = control_boot(loaded, home, listeners, {})
    assert control.documents_folder == boot.documents_folder
    assert control.worker_wanted_path == boot.wanted_path
    plan = plan_of("worker", boot, home, {}, 7)
    assert plan.may_finish
    assert "vanguard.compose.worker_process" in plan.command
    for name, value in (
        ("WORKERS", "2"),
        ("PROCESSES", "3"),
        ("FOLDER", "scans"),
        ("MAX_FILE_MB", "5"),
        ("MAX_PAGES", "6"),
        ("PAGE_S", "7"),
        ("IDLE_S", "8"),
    ):
        monkeypatch.setenv(f"VANGUARD_DOCUMENTS_{name}", value)
    monkeypatch.setenv("VANGUARD_STORE_URL", "env:THE_DATABASE")
    several = worker_boots(load_settings(loaded.path, {}), home)
    assert list(several) == ["worker-0", "worker-1"]
    told = several["worker-1"]
    assert (told.processes, told.max_file_bytes, told.max_pages) == (3, 5 << 20, 6)
    assert (told.page_s, told.idle_s, told.name) == (7, 8, "worker-1")
    assert told.documents_folder == str(Path.cwd() / "scans")
    assert told.database_url == "env:THE_DATABASE"  # what is behind it stays out of files
    assert role_of("worker-1") == "worker"


def test_the_engine_gets_absolute_paths(
    scene: tuple[Loaded, Home, Listeners], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, home, _ = scene
    boot = engine_boot(loaded, home)
    assert boot.model == str(tmp_path / "m.gguf")
    assert boot.cache == str(tmp_path / "cache")
    assert (boot.embeddings, boot.threads, boot.parallel) == (False, 3, 4)
    assert (boot.context_tokens, boot.answer_tokens) == (1024, 99)
    monkeypatch.setenv("VANGUARD_ENGINE_MODEL", "small")
    assert engine_boot(load_settings(loaded.path, {}), home).model == "small"


def test_a_plan_reads_back_what_was_written(scene: tuple[Loaded, Home, Listeners]) -> None:
    loaded, home, listeners = scene
    boot = gateway_boot(loaded, home, listeners)
    plan = plan_of("gateway", boot, home, {"A": "b"}, 7)
    *command, option, path = plan.command
    assert command == [sys.executable, "-P", "-m", "vanguard.compose.gateway_process"]
    assert option == "--boot"
    assert msgspec.json.decode(Path(path).read_bytes(), type=GatewayBoot) == boot
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert plan.pass_fds == (listeners.public.fileno(),)
    assert plan.grace_s > 7
    other = plan_of("control", control_boot(loaded, home, listeners, {}), home, {}, 7)
    assert other.pass_fds == ()
    assert msgspec.json.decode(Path(other.command[-1]).read_bytes(), type=ControlBoot).home


@pytest.mark.parametrize(
    ("text", "may_finish"),
    [
        ("engine: {model: none, embeddings: false}", True),
        ("engine: {model: none}", False),
        ("engine: {embeddings: false}", False),
    ],
)
def test_only_an_engine_with_nothing_to_serve_may_finish(
    scene: tuple[Loaded, Home, Listeners], text: str, may_finish: bool
) -> None:
    loaded, home, listeners = scene
    loaded.path.write_text(text)
    boot = engine_boot(load_settings(loaded.path, {}), home)
    assert plan_of("engine", boot, home, {}, 7).may_finish is may_finish
    gateway = gateway_boot(loaded, home, listeners)
    assert not plan_of("gateway", gateway, home, {}, 7).may_finish


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("engine: {model: ./none.gguf}", "vanguard.yaml:1: engine.model: no file is called"),
        (
            "models: {m: {deployments: [{provider: antropic, model: x, base_url: 'http://h'}]}}",
            "no provider is called 'antropic'; did you mean 'anthropic'?",
        ),
        (
            "models: {m: {deployments: [{provider: anthropic, model: x}]}}",
            "the environment variable ANTHROPIC_API_KEY is not set",
        ),
        ("guardrails: {g: {rules: [{name: a, pattern: '(['}]}}", "bad pattern"),
    ],
)
def test_what_a_process_would_die_of_is_refused_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    (tmp_path / "vanguard.yaml").write_text(text)
    with pytest.raises(SettingsError) as refused:
        check_start(load_settings(tmp_path / "vanguard.yaml", {}))
    assert said in refused.value.message
    assert "\n" not in refused.value.message


def test_a_sound_start_is_not_refused(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").touch()
    (tmp_path / "vanguard.yaml").write_text(f"engine: {{model: {tmp_path}/m.gguf}}\n")
    check_start(load_settings(tmp_path / "vanguard.yaml", {}))


def test_tls_and_proxies_reach_the_gateway_by_path_and_name(
    scene: tuple[Loaded, Home, Listeners], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, home, listeners = scene
    for name in ("https_proxy", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy:3128")
    monkeypatch.setenv("VANGUARD_TLS_CERTIFICATE", "server.pem")
    monkeypatch.setenv("VANGUARD_TLS_HANDSHAKE_S", "3")
    monkeypatch.setenv("VANGUARD_GATEWAY_UPSTREAM_TLS", "socket")
    boot = gateway_boot(load_settings(loaded.path, {}), home, listeners)
    assert boot.tls is not None
    assert (boot.tls.certificate, boot.tls.key) == (str(Path.cwd() / "server.pem"), "")
    assert boot.tls.handshake_s == 3
    assert boot.upstream_tls == "socket"
    assert (boot.proxies.https, boot.proxies.http) == ("env:HTTPS_PROXY", "")
    assert gateway_boot(loaded, home, listeners).tls is None


def test_a_certificate_that_cannot_be_used_ends_the_start(
    scene: tuple[Loaded, Home, Listeners], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, _, _ = scene
    (tmp_path / "m.gguf").touch()
    monkeypatch.setenv("VANGUARD_TLS_CERTIFICATE", str(tmp_path / "none.pem"))
    with pytest.raises(SettingsError, match=r"VANGUARD_TLS_CERTIFICATE: .* cannot be read"):
        check_start(load_settings(loaded.path, {}))
