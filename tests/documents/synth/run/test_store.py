"""A run's folder: whole or not at all, and nobody else's."""

import errno

import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.run.options import Font, Options, Record
from vanguard.documents.synth.run.store import Run, Store

RUN = Run(Options(2), {"numpy": "1"})


def record(page):
    font = Font("Amiri", "Amiri.ttf", "OFL")
    files = {"image": (f"images/{page}.png", "00")}
    return Record(page, f"page-{page:08d}", "plain", 7, 72, 10, 10, font, (), (), "all", files)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "out")
    made.begin(RUN)
    return made


def test_records_are_those_of_whole_pages(store):
    store.record(record(1))
    assert list(store.records(range(2))) == [record(1)]


def test_a_run_goes_on_with_the_same_options_alone(store):
    Store(store.out).begin(RUN)
    with pytest.raises(SettingsError, match="a run with seed 0, not 5"):
        Store(store.out).begin(Run(Options(2, seed=5), {}))
    with pytest.raises(SettingsError, match="begun with numpy 1, here is 2"):
        Store(store.out).begin(Run(Options(2), {"numpy": "2"}))


def test_what_was_half_written_goes_when_the_run_goes_on(store):
    half = store.out / "images" / "a.png.part"
    half.parent.mkdir()
    half.write_bytes(b"x")
    Store(store.out).begin(RUN)
    assert not half.exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SettingsError, match="holds something else"):
        Store(tmp_path).begin(RUN)
    with pytest.raises(SettingsError, match="holds something else"):
        Store(tmp_path / "thesis.txt").begin(RUN)


def test_a_failed_write_leaves_nothing(store):
    target = store.out / "a.bin"

    def full():
        with store.part(target) as part:
            part.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        full()
    assert not target.exists()
    assert not target.with_name("a.bin.part").exists()


def test_the_manifest_is_in_order_and_takes_the_place_of_the_records(store):
    for page in (1, 0):
        store.record(record(page))
    assert not store.finished
    store.finish(2)
    assert store.finished
    assert [one.page for one in store.records([])] == [0, 1]
    assert sorted(path.name for path in store.out.iterdir()) == ["manifest.jsonl", "run.json"]
    store.finish(2)
