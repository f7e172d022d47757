"""Runs on real blobs, with a ledger in memory and an executor in this process."""

import msgspec
import pytest

from support.flow import Count, Counting, KnownSteps, Longest, Measure, Split, Text
from vanguard.flow.run import Recipe, Run

RECIPE = Recipe("words", (Split(), Measure()))


class Bench:
    """What several runs share."""

    def __init__(self, blobs, recipe=RECIPE):
        self.blobs = blobs
        self.ledger = KnownSteps()
        self.recipe = recipe

    def go(self, *texts, recipe=None, most=None, retry=False):
        executor = Counting(self.blobs)
        run = Run(recipe or self.recipe, self.ledger, self.blobs, executor, retry)
        items = [run.item(f"text{number}", Text(text)) for number, text in enumerate(texts)]
        steps = []
        news = run.go(items)
        for step in news:
            steps.append(step)
            if len(steps) == most:
                news.close()
        return run, executor.done, steps

    def values(self, run, kind=Count):
        return [msgspec.json.decode(self.blobs.get(item.key), type=kind) for item in run.results]


@pytest.fixture
def bench(blobs):
    return Bench(blobs)


def test_items_go_through_all_stages_in_their_order(bench):
    run, done, steps = bench.go("one three", "four")
    assert [
        (item.name, value.letters)
        for item, value in zip(run.results, bench.values(run), strict=True)
    ] == [
        ("text0#1", 3),
        ("text0#2", 5),
        ("text1#1", 4),
    ]
    assert done == ["text0", "text1", "text0#1", "text0#2", "text1#1"]
    assert [(step.stage, step.over, step.total) for step in steps] == [
        (0, 1, 2),
        (0, 2, 2),
        (1, 1, 3),
        (1, 2, 3),
        (1, 3, 3),
    ]


def test_what_is_known_is_not_done_again(bench):
    first, _, _ = bench.go("one three", "four")
    second, done, steps = bench.go("one three", "four", "five")
    assert done == ["text2", "text2#1"]
    assert second.results[:3] == first.results
    assert [step.known for step in steps] == [True, True, False, True, True, True, False]


def test_a_changed_setting_does_what_depends_on_it_alone(bench):
    bench.go("one-three one")
    _, done, _ = bench.go("one-three one", recipe=Recipe("words", (Split("-"), Measure())))
    assert done == ["text0", "text0#2"]  # "one" has been measured
    _, done, _ = bench.go("one-three one", recipe=Recipe("words", (Split(" "), Measure())))
    assert done == []


def test_equal_values_are_worked_on_once_and_keep_their_names(bench):
    run, done, _ = bench.go("same same", "same")
    assert done == ["text0", "text1", "text0#1"]
    assert [item.name for item in run.results] == ["text0#1", "text0#2", "text1#1"]


def test_a_failed_step_ends_the_way_of_its_item_alone(bench):
    run, _, _ = bench.go("good bad fine")
    assert [value.word for value in bench.values(run)] == ["good", "fine"]
    assert [(one.item, one.error) for one in run.failures] == [("text0#2", "bad is not measured")]


def test_what_would_fail_alike_is_tried_again_on_demand_only(bench):
    bench.go("bad away defect")
    run, done, _ = bench.go("bad away defect")
    assert done == ["text0#2", "text0#3"]
    assert len(run.failures) == 3
    _, done, _ = bench.go("bad away defect", retry=True)
    assert done == ["text0#1", "text0#2", "text0#3"]


def test_a_run_that_was_stopped_goes_on_where_it_stood(bench):
    _, done, _ = bench.go("a bb ccc dddd", most=3)
    assert done == ["text0", "text0#1", "text0#2"]
    run, done, _ = bench.go("a bb ccc dddd")
    assert done == ["text0#3", "text0#4"]
    assert [value.letters for value in bench.values(run)] == [1, 2, 3, 4]


def test_a_stage_of_the_whole_is_known_by_its_members_whatever_their_order(bench):
    recipe = Recipe("longest", (Split(), Measure(), Longest()))
    run, done, _ = bench.go("one three", "four", recipe=recipe)
    assert bench.values(run) == [Count("three", 5)]
    assert done[-1] == "test.longest"
    _, done, _ = bench.go("four", "three one", recipe=recipe)
    assert done == ["text1"]
    _, done, _ = bench.go("four", recipe=recipe)
    assert done == ["test.longest"]


def test_nothing_goes_through_well(bench):
    run, done, steps = bench.go(recipe=Recipe("longest", (Split(), Measure(), Longest())))
    assert (run.results, done, steps) == ([], [], [])


def test_a_recipe_has_stages_with_names_of_their_own():
    with pytest.raises(ValueError, match="different names"):
        Recipe("twice", (Split(), Split(",")))
    with pytest.raises(ValueError, match="needs stages"):
        Recipe("none", ())


def test_outcomes_carry_the_time_at_which_they_were_heard_of(bench):
    _, _, steps = bench.go("one")
    assert all(step.outcome.at_ms > 1_700_000_000_000 for step in steps)
