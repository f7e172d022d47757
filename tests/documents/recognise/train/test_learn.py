import pytest

pytestmark = pytest.mark.fonts


def test_the_loss_falls(lesson):
    _, losses = lesson
    assert len(losses) == 5
    assert losses[-1] < 0.6 * losses[0]


def test_the_same_seed_learns_the_same(learned_chips):
    from vanguard.documents.recognise.alphabet import CLASSES
    from vanguard.documents.recognise.train.corpus import Corpus
    from vanguard.documents.recognise.train.learn import Course, train

    corpus = Corpus(learned_chips[:32])
    told: list[list[float]] = [[], [], []]
    for losses, seed in zip(told, (1, 1, 2), strict=True):
        train(corpus, CLASSES, Course(seed, 1, 16), lambda _, loss, to=losses: to.append(loss))
    assert told[0] == told[1] != told[2]


def test_nothing_is_learned_from_nothing():
    from vanguard.documents.recognise.train.corpus import Corpus
    from vanguard.documents.recognise.train.learn import Course, train

    with pytest.raises(ValueError, match="no strips"):
        train(Corpus([]), 36, Course(), lambda _, __: None)
