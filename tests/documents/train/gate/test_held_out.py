"""Readings of held-out pages as files."""

from pathlib import Path

import pytest

from vanguard.documents.train.examples import Example
from vanguard.documents.train.gate.held_out import place, scores, write

PAGES = [
    Example(f"images/0000{n}/page-{n}", Path("x.png"), "q", f"في البيت {n} كتب") for n in range(3)
]


def test_readings_are_paired_with_their_truth(tmp_path):
    for one in PAGES:
        write(tmp_path / "truth", one, one.answer)
        write(tmp_path / "read", one, one.answer)
    write(tmp_path / "read", PAGES[1], "")
    assert place(tmp_path / "read", PAGES[0]) == tmp_path / "read/images/00000/page-0.md"
    sums, figures = scores(tmp_path / "read", tmp_path / "truth")
    assert [one["pages"] for one in sums] == [[1, False], [1, True], [1, False]]
    assert figures["failed"] == pytest.approx(1 / 3)
    assert figures["teds"] is None
    assert not list(tmp_path.rglob("*.part"))
