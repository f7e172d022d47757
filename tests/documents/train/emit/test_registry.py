"""Settings written for another trainer."""

import pytest
import yaml

from support.documents import pages_to_learn
from vanguard.cli.documents.train import TRAINERS as OFFERED
from vanguard.core.errors import InvalidRequest
from vanguard.documents.train.emit.job import Job
from vanguard.documents.train.emit.registry import TRAINERS, write
from vanguard.documents.train.settings import Recipe


def job(data, **more):
    return Job(recipe=Recipe(), data=str(data), base="/data/base", run="/data/run", **more)


def test_the_command_line_offers_all_of_them():
    assert tuple(TRAINERS) == OFFERED


@pytest.mark.parametrize("trainer", ["ms-swift", "kubernetes", "hyperpod"])
def test_pages_need_not_be_on_this_machine(tmp_path, trainer):
    emitted = write(trainer, job("/data/pages"), tmp_path / "out.yaml")
    assert (tmp_path / "out.yaml").read_text() == emitted.text
    assert list(yaml.safe_load_all(emitted.text))


def test_for_axolotl_pages_are_written_beside_it(tmp_path):
    pages_to_learn.make(tmp_path / "data")
    pages_to_learn.make(tmp_path / "held", pages_to_learn.ANSWERS[:2])
    asked = job(tmp_path / "data", held_out=str(tmp_path / "held"))
    emitted = write("axolotl", asked, tmp_path / "out.yaml")
    beside = tmp_path / "out.pages.jsonl"
    assert yaml.safe_load(emitted.text)["datasets"][0]["path"] == str(beside)
    # two pages are held out
    assert len(beside.read_text().splitlines()) == len(pages_to_learn.ANSWERS) - 2


def test_for_axolotl_pages_must_be_here(tmp_path):
    with pytest.raises(InvalidRequest, match="no such file"):
        write("axolotl", job("/data/pages"), tmp_path / "out.yaml")
