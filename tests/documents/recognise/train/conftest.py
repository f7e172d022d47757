import pytest


@pytest.fixture(scope="session")
def lesson(learned_chips):
    """A net that learned a few strips for a few steps, and the loss of each epoch."""
    from vanguard.documents.recognise.alphabet import CLASSES
    from vanguard.documents.recognise.train.corpus import Corpus
    from vanguard.documents.recognise.train.learn import Course, train

    losses: list[float] = []
    corpus = Corpus(learned_chips[:96])
    net = train(corpus, CLASSES, Course(epochs=5, batch=16), lambda _, loss: losses.append(loss))
    return net, losses
