from vanguard.review.values import Task
from vanguard.store.review.counts import Change, by_queue, count, kept_as


def task(state, queue="letters"):
    return Task("rvt_1", queue, "k", "p", "s", 0.5, None, (), 1, state, 1, 0, 0)


def test_numbers_follow_the_states_of_tasks(database):
    with database.write() as connection:
        count(connection, [Change(None, task("open")), Change(None, task("open", "other"))])
        count(connection, [Change(task("claimed"), task("decided"))])
        count(connection, [Change(task("decided"), task("decided"))])
        assert by_queue(connection) == {"letters": {"decided": 1}, "other": {"open": 1}}
    assert kept_as(task("claimed")) == "open"
