import click
import pytest

from support.api_server import ApiServer
from vanguard.cli.documents.asking import Asking
from vanguard.core.errors import ModelNotFound, NotReady
from vanguard.documents.reading.vision.stage import AskModel

MODELS = {"data": [{"name": "eyes", "aliases": ["sight-*"]}, {"name": "ears"}]}


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    for name in ("URL", "API_KEY", "ADMIN_KEY", "HOME"):
        monkeypatch.delenv(f"VANGUARD_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-admin")


@pytest.fixture
def url():
    with ApiServer() as server:
        server.on("GET", "/api/models", MODELS)
        yield server.url


def asked(reader="vision", model="eyes", url=None, home=None):
    return Asking(reader, model, "page", 2, url, home).stage()


def test_ocr_asks_nobody():
    assert asked("ocr", None) is None


@pytest.mark.parametrize(
    ("reader", "whose"),
    [("ocr", "plausible"), ("vision", "second"), ("both", "plausible")],
)
def test_a_reader_says_whose_reading_is_taken(reader, whose):
    assert Asking(reader, None, "region", 1, None, None).prefer == whose


@pytest.mark.parametrize(("reader", "model"), [("ocr", "eyes"), ("vision", None), ("both", None)])
def test_a_model_goes_with_a_reader_that_asks_it(reader, model):
    with pytest.raises(click.UsageError, match="--model"):
        asked(reader, model)


@pytest.mark.parametrize("model", ["eyes", "sight-7"])
def test_what_was_asked_for_becomes_a_stage(url, model):
    assert asked(model=model, url=url) == AskModel(model, by="page", at_once=2, url=url)


def test_a_home_is_named_whole(url, tmp_path):
    assert asked(url=url, home="here").home == str(tmp_path / "here")


def test_what_is_wrong_for_all_pages_is_said_before_the_first(url):
    with pytest.raises(ModelNotFound, match="ears, eyes"):
        asked(model="nose", url=url)
    with pytest.raises(NotReady):
        asked(url="http://127.0.0.1:9")
