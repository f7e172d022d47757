"""The upkeep: settings, engine, journals and publication, one round at a time."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from support.clocks import StillClock
from support.records import intent, journal_bytes, settled
from vanguard.control.boot import ControlBoot
from vanguard.control.service import ControlService, read_boot
from vanguard.core.errors import SettingsError, StoreUnavailable
from vanguard.snapshot.file import read_snapshot
from vanguard.snapshot.model import Snapshot
from vanguard.store.reports import RequestQuery, list_requests

ENGINE = {
    "state": "loading",
    "message": "",
    "progress": 0.5,
    "chat": {
        "name": "qwen",
        "socket": "/run/chat.sock",
        "context_tokens": 8192,
        "digest": "ab",
        "ready": False,
    },
    "embeddings": None,
}
MODEL = "models:\n  m:\n    deployments:\n      - {provider: ollama, model: x}\n"


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def service(boot: ControlBoot, clock: StillClock):
    service = ControlService(boot, clock)
    service.publish()
    yield service
    service.stop()


def published(boot: ControlBoot) -> Snapshot:
    return read_snapshot(Path(boot.snapshot_path))


def write_journal(boot: ControlBoot, *records, start: int = 0) -> Path:
    folder = Path(boot.journal_root) / "w0"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{start:020}.journal"
    with path.open("ab") as file:
        file.write(journal_bytes(*records))
    return path


def test_boot_values_travel_as_json(boot: ControlBoot, tmp_path: Path) -> None:
    path = tmp_path / "boot.json"
    path.write_bytes(msgspec.json.encode(boot))
    assert read_boot(path) == boot
    path.write_text("{}")
    with pytest.raises(ValueError, match="home"):
        read_boot(path)


def test_the_engines_models_appear_when_it_names_them(
    service: ControlService, boot: ControlBoot
) -> None:
    assert published(boot).models == {}
    Path(boot.engine_status_path).write_text(json.dumps(ENGINE))
    service.tend()
    assert published(boot).names["default"] == "qwen"
    assert service.engine.progress == 0.5
    version = published(boot).version
    Path(boot.engine_status_path).write_text(json.dumps(ENGINE | {"progress": 0.75}))
    service.tend()
    assert service.engine.progress == 0.75
    assert published(boot).version == version  # nothing that the gateway knows has changed


def test_a_changed_file_is_taken_up_when_asked(service: ControlService, boot: ControlBoot) -> None:
    Path(boot.config).write_text(MODEL)
    service.tend()
    assert published(boot).models == {}
    service.ask_reload()
    service.tend()
    assert list(published(boot).models) == ["m"]


@pytest.mark.parametrize("text", ["", "# all gone\n", "{}\n", None])
def test_a_file_that_says_nothing_takes_no_model_away(
    boot: ControlBoot, service: ControlService, text: str | None
) -> None:
    config = Path(boot.config)
    config.write_text(MODEL)
    service.reload()
    if text is None:
        config.unlink()
    else:
        config.write_text(text)
    with pytest.raises(SettingsError, match=r"vanguard.yaml: is empty or gone, .*`models: {}`"):
        service.reload()
    service.publish()
    assert list(published(boot).models) == ["m"]
    config.write_text("models: {}\n")
    service.reload()
    assert published(boot).models == {}


def test_a_wrong_file_is_refused_whole(service: ControlService, boot: ControlBoot) -> None:
    Path(boot.config).write_text(MODEL)
    service.reload()
    version = published(boot).version
    Path(boot.config).write_text(MODEL.replace("ollama", "olama"))
    with pytest.raises(SettingsError, match="ollama"):
        service.reload()
    assert list(service.catalogue.models) == ["m"]
    assert published(boot).version == version


def test_what_was_spent_is_published_within_fifteen_seconds(
    service: ControlService, boot: ControlBoot, clock: StillClock
) -> None:
    version = published(boot).version
    write_journal(boot, intent(), settled())
    service.tend()
    assert published(boot).version == version
    clock.advance(15)
    service.tend()
    assert published(boot).journals["w0"].offset > 0
    version = published(boot).version
    clock.advance(60)
    service.tend()
    assert published(boot).version == version  # no news, no snapshot


def test_read_segments_go_after_the_publication(
    service: ControlService, boot: ControlBoot, clock: StillClock
) -> None:
    first = write_journal(boot, intent(), settled())
    second = write_journal(boot, intent("req_2"), start=first.stat().st_size)
    service.tend()
    assert first.exists()
    clock.advance(15)
    service.tend()
    assert first.exists()  # published, but a gateway may be replaying from what was before
    clock.advance(5)
    service.tend()
    assert not first.exists()
    assert second.exists()


def test_a_publication_that_failed_is_made_up_for(
    service: ControlService, boot: ControlBoot
) -> None:
    path = Path(boot.snapshot_path)
    path.unlink()
    path.mkdir()  # nothing can be put in its place
    with pytest.raises(StoreUnavailable, match="snapshot"):
        service.publish()
    path.rmdir()
    service.tend()
    assert path.is_file()


def test_old_rows_are_deleted(
    service: ControlService, boot: ControlBoot, clock: StillClock
) -> None:
    write_journal(boot, intent("req_old"), settled("req_old"))
    service.tend()
    clock.advance(91 * 86_400)
    write_journal(boot, intent("req_new", at_ms=clock.now_ms()))
    service.tend()
    with service.database.read() as connection:
        rows = list_requests(connection, RequestQuery())
    assert [row["request_id"] for row in rows] == ["req_new"]


def test_a_database_that_was_deleted_is_complained_of_although_nobody_asks(
    service: ControlService, boot: ControlBoot
) -> None:
    service.tend()
    (Path(boot.home) / "vanguard.db").unlink()
    with pytest.raises(StoreUnavailable, match="deleted or replaced"):
        service.tend()


def test_the_thread_keeps_up_and_ends(
    make_service: Callable[[], ControlService], boot: ControlBoot
) -> None:
    write_journal(boot, intent(), settled())
    service = make_service()
    service.start()
    assert published(boot).journals["w0"].offset > 0  # read before the first publication
    service.stop()
    assert not any(thread.name == "upkeep" for thread in threading.enumerate())


def test_a_restart_finds_everything_again(
    make_service: Callable[[], ControlService], boot: ControlBoot
) -> None:
    first = make_service()
    first.publish()
    first.stop()
    second = make_service()
    assert second.publish() == 2
    assert set(published(boot).keys) == {second.admin_hash}


@pytest.mark.parametrize("content", [None, "", "  \n"])
def test_an_admin_key_that_is_none_is_named(boot: ControlBoot, content: str | None) -> None:
    path = Path(boot.admin_key_path)
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=r"admin\.key"):
        ControlService(boot)


def test_the_database_of_the_settings_is_used(
    boot: ControlBoot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_STORE", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    Path(boot.config).write_text("store: {url: 'env:MY_STORE'}\n")
    service = ControlService(boot)
    service.publish()
    service.stop()
    assert (tmp_path / "elsewhere.db").exists()
    with sqlite3.connect(tmp_path / "vanguard.db") as unused:
        assert unused.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    unused.close()


def test_flags_reach_the_settings(boot: ControlBoot) -> None:
    given = msgspec.structs.replace(boot, overrides={"store.usage_days": "7"})
    service = ControlService(given)
    assert service.loaded.settings.store.usage_days == 7
    service.stop()


def test_the_admin_key_is_not_written_anywhere(service: ControlService, boot: ControlBoot) -> None:
    for path in Path(boot.home).rglob("*"):
        if path.is_file() and path != Path(boot.admin_key_path):
            assert service.admin_key.encode() not in path.read_bytes(), path


def test_a_home_that_cannot_be_written_is_named(boot: ControlBoot, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(StoreUnavailable, match=r"file/vanguard\.db"):
        ControlService(msgspec.structs.replace(boot, home=str(blocked)))
    assert blocked.read_text() == "not a folder"
