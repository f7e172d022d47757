from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.catalog import CHAT, Weights
from vanguard.serving.weights.mirror import mirror
from vanguard.serving.weights.obtain import fetch, obtain
from vanguard.serving.weights.packages import PackageSource
from vanguard.serving.weights.shelf import Shelf
from vanguard.serving.weights.source import Abandoned, Progress

BIG, SMALL = b"GGUF" + b"b" * 9000, b"GGUF" + b"s" * 90
Row = Callable[..., Weights]


@dataclass
class Stock:
    """A source that delivers what it holds under a digest, right or wrong."""

    held: Mapping[str, bytes | Exception]
    name: str = "stock"
    room: int = 0
    asked: list[str] = field(default_factory=list)

    def room_bytes(self, weights: Weights) -> int:
        return self.room

    def fetch(self, weights: Weights, draft: Path, progress: Progress) -> None:
        self.asked.append(weights.name)
        content = self.held.get(weights.digest, WeightsUnavailable("sold out"))
        if isinstance(content, Exception):
            raise content
        progress(len(content), weights.size_bytes)
        draft.write_bytes(content)


def quiet(weights: Weights, done: int, total: int) -> None:
    """Watches nothing."""


@pytest.fixture
def catalog(row: Row) -> dict[str, Weights]:
    return {
        "default": row(BIG, name="big", context_tokens=4096, fallback="small"),
        "small": row(SMALL, name="small"),
    }


def test_what_is_on_the_shelf_is_asked_of_nobody(shelf: Shelf, row: Row) -> None:
    weights = row(BIG)
    path = fetch(weights, shelf, [Stock({weights.digest: BIG})], quiet)
    assert fetch(weights, shelf, [], quiet) == path


def test_sources_are_tried_in_turn_and_told_about(shelf: Shelf, row: Row) -> None:
    weights = row(BIG)
    seen: list[tuple[str, int, int]] = []
    empty, full, spare = Stock({}), Stock({weights.digest: BIG}), Stock({weights.digest: BIG})
    fetch(weights, shelf, [empty, full, spare], lambda row, *step: seen.append((row.name, *step)))
    assert (empty.asked, full.asked, spare.asked) == (["tiny"], ["tiny"], [])
    assert seen[0] == ("tiny", 0, len(BIG))
    assert seen[-1] == ("tiny", len(BIG), len(BIG))


def test_a_forged_file_is_refused_and_the_next_source_asked(shelf: Shelf, row: Row) -> None:
    weights = row(BIG)
    forged = Stock({weights.digest: BIG[:-1] + b"!"})
    path = fetch(weights, shelf, [forged, Stock({weights.digest: BIG})], quiet)
    assert path.read_bytes() == BIG


def test_a_file_damaged_in_the_cache_is_fetched_anew(shelf: Shelf, row: Row) -> None:
    weights = row(BIG)
    stock = Stock({weights.digest: BIG})
    path = fetch(weights, shelf, [stock], quiet)
    state = path.stat()
    path.write_bytes(b"?" * len(BIG))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert fetch(weights, shelf, [stock], quiet).read_bytes() == BIG
    assert stock.asked == ["tiny", "tiny"]


def test_every_source_and_its_reason_is_named_when_none_delivers(shelf: Shelf, row: Row) -> None:
    weights = row(BIG)
    sources = [
        Stock({}, "first"),
        Stock({weights.digest: OSError(28, "No space left on device")}, "second"),
        Stock({weights.digest: BIG}, "third", room=2**60),
        Stock({weights.digest: b"forged"}, "fourth"),
    ]
    with pytest.raises(WeightsUnavailable) as caught:
        fetch(weights, shelf, sources, quiet)
    told = caught.value.message
    for part in (
        "first: sold out",
        "second: ",
        "No space",
        "third: tiny needs",
        "fourth: what came",
    ):
        assert part in told
    assert not shelf.path(weights).exists()


def test_the_model_that_was_asked_for(shelf: Shelf, catalog: dict[str, Weights]) -> None:
    big = catalog["default"]
    got = obtain("default", catalog, shelf, [Stock({big.digest: BIG})], quiet)
    assert (got.name, got.digest, got.context_tokens, got.note) == ("big", big.digest, 4096, "")
    assert got.path.read_bytes() == BIG


def test_the_fallback_serves_and_says_why(shelf: Shelf, catalog: dict[str, Weights]) -> None:
    got = obtain("default", catalog, shelf, [Stock({catalog["small"].digest: SMALL})], quiet)
    assert got.name == "small"
    assert got.path.read_bytes() == SMALL
    assert got.note == "big cannot be had (stock: sold out); small serves instead"


def test_without_a_fallback_all_reasons_are_given(
    shelf: Shelf, catalog: dict[str, Weights]
) -> None:
    with pytest.raises(WeightsUnavailable) as caught:
        obtain("default", catalog, shelf, [Stock({})], quiet)
    assert caught.value.message == (
        "big cannot be had (stock: sold out); small cannot be had (stock: sold out)"
    )


def test_a_fetch_that_is_abandoned_falls_back_on_nothing(
    shelf: Shelf, catalog: dict[str, Weights]
) -> None:
    def abandon(weights: Weights, done: int, total: int) -> None:
        raise Abandoned

    stock = Stock({catalog["default"].digest: BIG, catalog["small"].digest: SMALL})
    with pytest.raises(Abandoned):
        obtain("default", catalog, shelf, [stock], abandon)
    assert stock.asked == []


def test_a_file_of_ones_own(shelf: Shelf, catalog: dict[str, Weights], tmp_path: Path) -> None:
    path = tmp_path / "My Model.gguf"
    path.write_bytes(BIG)
    got = obtain(str(path), catalog, shelf, [], quiet)
    assert (got.name, got.path, got.context_tokens) == ("gguf:My Model", path, 0)
    assert got.digest == catalog["default"].digest


@pytest.mark.parametrize(
    ("content", "reason"), [(b"PK\x03\x04", "not a GGUF"), (None, "default, small")]
)
def test_a_file_that_is_none_is_told(
    shelf: Shelf,
    catalog: dict[str, Weights],
    tmp_path: Path,
    content: bytes | None,
    reason: str,
) -> None:
    path = tmp_path / "mine.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsUnavailable, match=reason):
        obtain(str(path), catalog, shelf, [], quiet)


def test_two_who_want_the_same_fetch_it_once(site, tmp_path: Path, row: Row) -> None:
    weights = row(BIG)
    site.files[f"/weights/{weights.digest}.gguf"] = BIG
    start = threading.Barrier(4)
    paths: list[Path] = []

    def want() -> None:
        start.wait()
        shelf = Shelf(tmp_path / "cache")
        paths.append(fetch(weights, shelf, [mirror(site.url)], quiet))

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.asked) == 1
    assert [path.read_bytes() for path in paths] == [BIG] * 4


def test_from_a_mirror_that_lacks_it_on_to_the_packages(
    index, site, shelf: Shelf, row: Row
) -> None:
    weights = row(BIG, carriers=(index.add(1, BIG),))
    path = fetch(weights, shelf, [mirror(site.url), PackageSource()], quiet)
    assert path.read_bytes() == BIG
    assert [name for name, _ in site.asked] == [f"/weights/{weights.digest}.gguf"]


def test_packages_whose_parts_make_up_something_else_are_refused(
    index, shelf: Shelf, row: Row
) -> None:
    parts = (index.add(1, BIG[:5000]), index.add(2, BIG[5000:]))
    weights = row(BIG, carriers=parts[::-1])
    for part in parts:
        index.deliver(part, shelf.draft(weights))
    with pytest.raises(WeightsUnavailable, match="SHA-256"):
        fetch(weights, shelf, [PackageSource()], quiet)
    assert not shelf.path(weights).exists()


def test_the_catalogue_is_whole() -> None:
    for row in CHAT.values():
        assert len(bytes.fromhex(row.digest)) == 32
        assert row.carriers
        assert row.fallback is None or row.fallback in CHAT
    assert CHAT["default"].fallback == "small"
