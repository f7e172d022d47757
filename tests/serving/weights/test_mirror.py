from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.catalog import Weights
from vanguard.serving.weights.mirror import FolderMirror, UrlMirror, mirror
from vanguard.serving.weights.source import Abandoned

CONTENT = b"GGUF" + bytes(range(256)) * 40
Row = Callable[..., Weights]


def quiet(done: int, total: int) -> None:
    """Watches nothing."""


def test_a_setting_names_a_folder_or_a_url(tmp_path: Path) -> None:
    assert isinstance(mirror("https://example.org/weights"), UrlMirror)
    assert isinstance(mirror(str(tmp_path)), FolderMirror)
    assert mirror(f"file://{tmp_path}").name == f"mirror {tmp_path}"


class TestFolder:
    def test_it_copies_the_file_that_is_named_by_the_digest(self, tmp_path: Path, row: Row) -> None:
        weights = row(CONTENT)
        original = tmp_path / f"{weights.digest}.gguf"
        original.write_bytes(CONTENT)
        seen: list[int] = []
        draft = tmp_path / "draft"
        FolderMirror(tmp_path).fetch(weights, draft, lambda done, _: seen.append(done))
        assert draft.read_bytes() == CONTENT
        assert draft.stat().st_ino != original.stat().st_ino
        assert seen[-1] == len(CONTENT)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path, row: Row) -> None:
        weights = row(CONTENT)
        with pytest.raises(WeightsUnavailable, match=f"no {weights.digest}.gguf"):
            FolderMirror(tmp_path / "none").fetch(weights, tmp_path / "draft", quiet)


class TestUrl:
    def test_it_downloads(self, site, tmp_path: Path, row: Row) -> None:
        weights = row(CONTENT)
        site.files[f"/weights/{weights.digest}.gguf"] = CONTENT
        seen: list[int] = []
        draft = tmp_path / "draft"
        UrlMirror(site.url).fetch(weights, draft, lambda done, _: seen.append(done))
        assert draft.read_bytes() == CONTENT
        assert seen[-1] == len(CONTENT)
        assert site.asked == [(f"/weights/{weights.digest}.gguf", None)]

    def test_what_it_has_not_is_named(self, site, tmp_path: Path, row: Row) -> None:
        with pytest.raises(WeightsUnavailable, match="answers 404"):
            UrlMirror(site.url).fetch(row(CONTENT), tmp_path / "draft", quiet)

    def test_nobody_listening_is_told(self, tmp_path: Path, row: Row) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(WeightsUnavailable, match="refused"):
            UrlMirror(url).fetch(row(CONTENT), tmp_path / "draft", quiet)

    @pytest.mark.parametrize("ranges", [True, False])
    def test_it_goes_on_where_it_was_cut_off(
        self, site, tmp_path: Path, row: Row, ranges: bool
    ) -> None:
        weights = row(CONTENT)
        site.files[f"/weights/{weights.digest}.gguf"] = CONTENT
        site.ranges = ranges
        site.cut_after = 1000
        draft = tmp_path / "draft"
        with pytest.raises(WeightsUnavailable, match="broke off after 1000"):
            UrlMirror(site.url).fetch(weights, draft, quiet)
        site.cut_after = None
        UrlMirror(site.url).fetch(weights, draft, quiet)
        assert draft.read_bytes() == CONTENT
        assert site.asked[-1][1] == "bytes=1000-"

    def test_a_draft_that_is_too_long_is_begun_anew(self, site, tmp_path: Path, row: Row) -> None:
        weights = row(CONTENT)
        site.files[f"/weights/{weights.digest}.gguf"] = CONTENT
        draft = tmp_path / "draft"
        draft.write_bytes(b"x" * (len(CONTENT) + 1))
        UrlMirror(site.url).fetch(weights, draft, quiet)
        assert draft.read_bytes() == CONTENT

    def test_it_does_not_take_more_than_there_should_be(
        self, site, tmp_path: Path, row: Row
    ) -> None:
        weights = row(CONTENT)
        site.files[f"/weights/{weights.digest}.gguf"] = CONTENT + b"x" * 20_000_000
        draft = tmp_path / "draft"
        UrlMirror(site.url).fetch(weights, draft, quiet)
        assert len(CONTENT) < draft.stat().st_size < 10_000_000

    def test_it_can_be_abandoned(self, site, tmp_path: Path, row: Row) -> None:
        weights = row(CONTENT)
        site.files[f"/weights/{weights.digest}.gguf"] = CONTENT

        def abandon(done: int, total: int) -> None:
            raise Abandoned

        with pytest.raises(Abandoned):
            UrlMirror(site.url).fetch(weights, tmp_path / "draft", abandon)


@given(st.integers(1, 10**12))
def test_a_mirror_needs_room_for_the_file_itself(size: int) -> None:
    weights = Weights("tiny", "ab", size, 1, "none", ())
    assert mirror("/somewhere").room_bytes(weights) == size
    assert mirror("http://somewhere").room_bytes(weights) == size
