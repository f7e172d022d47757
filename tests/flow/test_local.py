"""The executor of this machine, with real processes that fail, hang and die."""

import contextlib
import os
import signal
from concurrent import futures as futures_module

import msgspec
import pytest

from support.flow import Count, KnownSteps, Measure, Text, Who
from support.platform import eventually
from vanguard.flow import local
from vanguard.flow.local import LocalExecutor, Processes
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


@contextlib.contextmanager
def warm(**options):
    crew = Processes(1, **options)
    try:
        yield crew
    finally:
        crew.close()


def asked(blobs, crew, *words, task_s=30.0):
    """A run of its own: for each word the process that did it, or what went wrong."""
    tasks = [
        Task(word, Who(), (blobs.put(msgspec.json.encode(Text(word))).sha256,), word)
        for word in words
    ]
    found = {}
    for one in LocalExecutor(blobs, task_s=task_s, warm=crew).run(tasks):
        made = [msgspec.json.decode(blobs.get(key.key), type=Count) for key in one.produced]
        found[one.item] = made[0].letters if made else one.error
    return found


def alive(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_warm_processes_serve_run_after_run_and_end_when_told(blobs):
    with warm() as crew:
        first, second = asked(blobs, crew, "a")["a"], asked(blobs, crew, "b")["b"]
        assert first == second
        assert alive(first)
    eventually(lambda: not alive(first))


def test_of_warm_processes_one_that_dies_or_hangs_is_replaced(blobs):
    with warm() as crew:
        first = asked(blobs, crew, "a")["a"]
        found = asked(blobs, crew, "dies", "b")
        assert found["dies"] == "its process died (exit code 3)"
        assert found["b"] not in (first, os.getpid())
        assert asked(blobs, crew, "hangs", task_s=1)["hangs"] == "it took longer than 1 s"
        assert isinstance(asked(blobs, crew, "c")["c"], int)


def test_warm_processes_that_were_killed_while_nothing_was_to_do_are_missed_by_nobody(blobs):
    with warm() as crew:
        first = asked(blobs, crew, "a")["a"]
        os.kill(first, signal.SIGKILL)
        assert isinstance(asked(blobs, crew, "b")["b"], int)


def test_a_run_that_is_ended_early_ends_what_it_began(blobs):
    with warm() as crew:
        first = asked(blobs, crew, "a")["a"]
        key = blobs.put(msgspec.json.encode(Text("hangs"))).sha256
        quick = blobs.put(msgspec.json.encode(Text("b"))).sha256
        tasks = [Task("b", Who(), (quick,), "b"), Task("hangs", Who(), (key,), "hangs")]
        run = LocalExecutor(blobs, warm=crew).run(tasks)
        next(run)
        run.close()
        assert not alive(first)
        assert isinstance(asked(blobs, crew, "c")["c"], int)


def test_a_warm_process_that_holds_too_much_begins_anew(blobs):
    with warm(kept_bytes=1 << 20) as crew:
        assert asked(blobs, crew, "a")["a"] != asked(blobs, crew, "b")["b"]
