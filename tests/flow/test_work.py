import msgspec
import pytest

from support.flow import Count, Measure, Split, Text
from vanguard.flow.ports import Task
from vanguard.flow.work import do


def task(blobs, word, stage=None):
    key = blobs.put(msgspec.json.encode(Text(word))).sha256
    return Task("step", stage or Measure(), (key,), word)


def test_what_a_stage_makes_is_kept_and_named(blobs):
    outcome = do(task(blobs, "one two", Split()), blobs)
    assert outcome.status == "done"
    assert [one.label for one in outcome.produced] == ["#1", "#2"]
    assert [
        msgspec.json.decode(blobs.get(one.key), type=Text).text for one in outcome.produced
    ] == ["one", "two"]


def test_a_result_is_a_value_of_its_type(blobs):
    (made,) = do(task(blobs, "word"), blobs).produced
    assert msgspec.json.decode(blobs.get(made.key), type=Count) == Count("word", 4)


@pytest.mark.parametrize(
    ("word", "error", "again"),
    [
        ("bad", "bad is not measured", False),
        ("away", "nobody is there", True),
        ("defect", "KeyError: 'defect'", True),
        ("endless", "it took more memory than a step may have", False),
    ],
)
def test_what_goes_wrong_is_an_outcome(blobs, word, error, again):
    outcome = do(task(blobs, word), blobs)
    assert (outcome.status, outcome.error, outcome.again) == ("failed", error, again)
    assert outcome.produced == ()


def test_a_value_that_is_gone_fails_its_step_alone(blobs):
    outcome = do(Task("step", Measure(), ("0" * 64,), "lost"), blobs)
    assert outcome.status == "failed"
    assert outcome.again
    assert "is not in" in outcome.error
