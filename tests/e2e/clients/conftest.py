from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.clients.programs import Place
from support.clients.scripted_model import ScriptedModel
from support.clients.stage import SETTINGS, Stage
from support.clients.tap import Fence, Tap
from support.platform import Platform


def pytest_configure(config: pytest.Config) -> None:
    file = os.environ.get("VANGUARD_RECORD")
    if file:
        from support.clients.recorder import Recorder

        config.pluginmanager.register(Recorder(config.rootpath / file))


@pytest.fixture(scope="session")
def scripted_model():
    with ScriptedModel() as model:
        yield model


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory, scripted_model: ScriptedModel):
    settings = SETTINGS.format(url=scripted_model.base_url)
    made = Platform(tmp_path_factory.mktemp("clients"), model="none", settings=settings)
    try:
        yield made.start(SCRIPTED_KEY="sk-scripted")
    finally:
        made.stop()


@pytest.fixture
def stage(gateway: Platform, scripted_model: ScriptedModel, tmp_path: Path):
    """A fresh client before the shared gateway; what tried to leave this machine fails the test."""
    with Tap(gateway.base_url) as tap, Fence() as fence:
        place = Place(tmp_path / "client", fence.environment())
        yield Stage(gateway, scripted_model, tap, fence, place)
    assert fence.refused == []
    assert scripted_model.faults == []
