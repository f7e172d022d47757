"""Which checkpoint a run goes on from."""

import pytest

from vanguard.documents.train.checkpoints import newest


def test_the_one_with_the_most_steps(tmp_path):
    assert newest(tmp_path / "nowhere") is None
    assert newest(tmp_path) is None
    for step in (9, 10, 100):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    (tmp_path / "checkpoint-last").mkdir()
    assert newest(tmp_path) == tmp_path / "checkpoint-100"


@pytest.mark.parametrize("state", [None, "", '{"epoch": 1', "[]"])
def test_one_that_was_being_written_is_passed_over(tmp_path, state):
    for step, text in ((10, "{}"), (20, state)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if text is not None:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(text)
    assert newest(tmp_path) == tmp_path / "checkpoint-10"
