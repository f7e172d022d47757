import numpy as np
import pytest
import torch

from vanguard.documents.recognise.adapt.learn import Course, said_by, train
from vanguard.documents.recognise.adapt.net import LineNet

NULL = 2


@pytest.fixture(scope="module")
def lines():
    chance = np.random.default_rng(1)
    return [
        (chance.integers(0, 255, (48, 30), np.uint8), chance.integers(0, 2, 3).tolist())
        for _ in range(2)
    ]


def learnt(lines, seed):
    torch.manual_seed(1)
    net, losses = LineNet(3), []
    course = Course(seed, steps=2, columns=100, halves=False)
    train(net, lines, NULL, course, lambda _, loss: losses.append(loss))
    return net, losses


def test_a_step_changes_every_layer_and_the_same_seed_learns_the_same(lines):
    torch.manual_seed(1)
    before = LineNet(3).state_dict()
    net, losses = learnt(lines, 1)
    assert len(losses) == 2
    changed = [name for name, one in net.state_dict().items() if not torch.equal(one, before[name])]
    assert set(changed) == set(before)
    assert learnt(lines, 1)[1] == losses != learnt(lines, 2)[1]


def test_the_rate_rises_and_falls():
    course = Course(steps=1000)
    rates = [course.rate_at(step) for step in range(1000)]
    assert rates[0] < 1e-5
    assert rates[300] == course.rate
    assert rates[700] == pytest.approx(course.rate / 2)
    assert rates[-1] < 1e-5


def test_what_is_said_is_told_once_and_without_nothing(lines):
    class Says(LineNet):
        def forward(self, given):
            out = torch.full((20, 1, 3), -9.0)
            for place, letter in enumerate([0, 0, NULL, 0, 1, 1] + [NULL] * 14):
                out[place, 0, letter] = 0.0
            return out

    assert said_by(Says(3), lines[0][0], NULL) == [0, 0, 1]


def test_nothing_is_learned_from_nothing():
    with pytest.raises(ValueError, match="no lines"):
        train(LineNet(3), [], NULL, Course(), lambda _, __: None)
