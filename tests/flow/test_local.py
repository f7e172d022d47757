"""The executor of this machine, with real processes that fail, hang and die."""

from concurrent import futures as futures_module

import msgspec
import pytest

from support.flow import KnownSteps, Measure, Text
from vanguard.flow import local
from vanguard.flow.local import LocalExecutor
from vanguard.flow.ports import Task
from vanguard.flow.run import Recipe, Run

pytestmark = pytest.mark.e2e  # each starts processes, and one waits for a deadline


def outcomes(blobs, *words, **options):
    tasks = [
        Task(word, Measure(), (blobs.put(msgspec.json.encode(Text(word))).sha256,), word)
        for word in words
    ]
    return {one.item: one for one in LocalExecutor(blobs, **options).run(tasks)}


def test_whoever_fails_hangs_or_dies_takes_nobody_along(blobs):
    found = outcomes(blobs, "one", "dies", "two", "hangs", "bad", "three", processes=2, task_s=4)
    assert {word for word, one in found.items() if one.status == "done"} == {"one", "two", "three"}
    assert found["dies"].error == "its process died (exit code 3)"
    assert found["dies"].again
    assert found["hangs"].error == "it took longer than 4 s"
    assert found["bad"].error == "bad is not measured"


def test_memory_is_bounded(blobs):
    found = outcomes(blobs, "greedy", "one", memory_bytes=2 << 30)
    assert found["greedy"].error == "it took more memory than a step may have"
    assert found["one"].status == "done"


def test_tasks_are_taken_as_they_can_be_begun(blobs):
    taken = []

    def tasks():
        for number in range(20):
            taken.append(number)
            key = blobs.put(msgspec.json.encode(Text(str(number)))).sha256
            yield Task(str(number), Measure(), (key,), str(number))

    news = LocalExecutor(blobs, processes=1).run(tasks())
    next(news)
    assert len(taken) < 6
    news.close()


def test_all_tasks_are_done_though_those_under_way_end_in_one_moment(blobs, monkeypatch):
    monkeypatch.setattr(local, "wait", lambda futures, **_: futures_module.wait(futures))
    words = [str(number) for number in range(9)]
    assert sorted(outcomes(blobs, *words)) == words


def test_no_task_starts_no_process(blobs):
    assert list(LocalExecutor(blobs).run([])) == []


def test_a_run_works_on_it(blobs):
    run = Run(Recipe("measure", (Measure(),)), KnownSteps(), blobs, LocalExecutor(blobs))
    assert len(list(run.go([run.item("a", Text("word"))]))) == 1
    assert [item.name for item in run.results] == ["a"]
