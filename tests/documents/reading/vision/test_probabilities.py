import math

import pytest

from vanguard.documents.reading.vision.probabilities import sure_words
from vanguard.sdk.values import Token


def test_a_word_is_as_sure_as_its_tokens_together():
    tokens = [Token("ab", -0.1), Token("c d", -0.2), Token("e", -0.3)]
    words = sure_words("abc de", tokens)
    assert [word.text for word in words] == ["abc", "de"]
    assert words[0].confidence == pytest.approx(math.exp(-0.3), abs=1e-4)
    assert words[1].confidence == pytest.approx(math.exp(-0.5), abs=1e-4)


def test_letters_may_be_split_among_tokens():
    raw = "نص".encode()
    tokens = [Token("\ufffd", -0.5, raw[:1]), Token("\ufffd", 0.0, raw[1:])]
    (word,) = sure_words("نص", tokens)
    assert word.confidence == pytest.approx(math.exp(-0.5), abs=1e-4)


def test_a_token_that_cannot_be_is_worth_nothing():
    (word,) = sure_words("a", [Token("a", -math.inf)])
    assert word.confidence == 0.0


@pytest.mark.parametrize("tokens", [[], [Token("other", -0.1)], [Token("a", -0.1)]])
def test_without_the_texts_own_tokens_nobody_knows(tokens):
    assert [word.confidence for word in sure_words("a b", tokens)] == [None, None]
