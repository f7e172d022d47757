from __future__ import annotations

from pathlib import Path

import pytest

from support.engine import engine_boot, engine_folder
from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.board import Board
from vanguard.serving.boot import read_status
from vanguard.serving.embeddings_service import EmbeddingsService
from vanguard.serving.engines.encoder import weights_digest


@pytest.mark.e2e
async def test_it_serves_when_it_says_so_and_not_after_the_drain() -> None:
    with engine_folder() as folder:
        boot = engine_boot(folder)
        service = EmbeddingsService(boot, Board(Path(boot.status_path)))
        assert not service.serving
        await service.start()
        assert service.serving
        status = read_status(Path(boot.status_path))
        assert status is not None
        assert status.embeddings is not None
        assert status.embeddings.ready
        assert status.embeddings.digest == weights_digest()
        assert Path(status.embeddings.socket).is_socket()
        await service.drain()
        assert not Path(boot.embed_socket).exists()


@pytest.mark.e2e
async def test_a_socket_that_cannot_be_bound_is_told(tmp_path: Path) -> None:
    boot = engine_boot(tmp_path, embed_socket=str(tmp_path / ("x" * 120)))
    service = EmbeddingsService(boot, Board(Path(boot.status_path)))
    with pytest.raises(WeightsUnavailable, match="cannot listen"):
        await service.start()
    assert not service.serving
    await service.drain()
