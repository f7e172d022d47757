"""What every job of a cluster has."""

import msgspec
import pytest
import yaml

from vanguard.core.errors import SettingsError
from vanguard.documents.train.emit.job import Job, check, dump, pod, settings_map
from vanguard.documents.train.settings import Recipe, load

JOB = Job(recipe=Recipe(seed=5), data="/data/pages", base="/data/base", run="/data/run")


def test_the_command_says_what_the_job_says():
    job = msgspec.structs.replace(
        JOB, held_out="/data/held", avoid=("/data/a", "/data/b"), gate=("--bar", "cer")
    )
    words = " ".join(job.command)
    assert words.startswith("documents train /data/pages --base /data/base --output /data/run ")
    assert "--held-out /data/held --bar cer" in words
    assert words.endswith("--avoid /data/a --avoid /data/b")


def test_a_gate_without_held_out_pages_is_not_written():
    assert "--bar" not in msgspec.structs.replace(JOB, gate=("--bar", "cer")).command


def test_the_settings_that_are_mounted_are_the_recipe(tmp_path):
    path = tmp_path / "train.toml"
    path.write_text(settings_map(JOB)["data"]["train.toml"])
    assert load(path, {}) == JOB.recipe
    names = [volume["name"] for volume in pod(JOB, ["x"], {})["volumes"]]
    assert names == ["data", "settings", "shared-memory"]


def test_what_is_lost_stands_above_the_yaml():
    text = dump([{"a": "one\ntwo\n"}], "head", ("this",))
    assert text.startswith("# head\n# not carried over: this\na: |\n  one\n  two\n")
    assert yaml.safe_load(text) == {"a": "one\ntwo\n"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "Train_1"}, "small letters"),
        ({"name": "x" * 60}, "small letters"),
        ({"gpus": 0}, "out of bounds"),
        ({"nodes": 5000}, "out of bounds"),
        ({"base": "/models/base"}, "base: /models/base is not in /data"),
        ({"held_out": "pages"}, "held_out: pages is not in /data"),
    ],
)
def test_what_a_cluster_would_refuse_is_refused(fields, message):
    check(JOB)
    with pytest.raises(SettingsError, match=message):
        check(msgspec.structs.replace(JOB, **fields))
