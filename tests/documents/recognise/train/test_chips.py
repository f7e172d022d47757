import numpy as np
import pytest

from vanguard.documents.recognise.alphabet import OTHER, classes, painted, typed
from vanguard.documents.recognise.strips import HEIGHT_PX
from vanguard.documents.recognise.train import chips
from vanguard.documents.recognise.train.split import faces_of
from vanguard.documents.tables.forms import is_number


@pytest.mark.parametrize(
    ("word", "seen"),
    [("٣٨٫٥%", "%٣٨٫٥"), ("38.5%", "38.5%"), ("(١٢", "١٢)"), ("٠٥-٠١", "٠١-٠٥"), ("ab", "ab")],
)
def test_words_are_told_as_they_are_painted(word, seen):
    assert chips.painted(word) == seen


@pytest.mark.fonts
def test_a_page_gives_strips_with_what_they_say(learned_chips):
    assert len(learned_chips) > 100
    assert all(one.strip.shape[0] == HEIGHT_PX for one in learned_chips)
    assert np.mean([(one.strip > 200).any() for one in learned_chips]) > 0.95
    read = [typed(painted(classes(one.text))) for one in learned_chips]
    assert sum(map(is_number, read)) > 0.4 * len(read)
    assert any(OTHER in one for one in read)


@pytest.mark.fonts
def test_the_same_seed_gives_the_same_chips():
    faces = faces_of(aside=False)
    one, other, third = (chips.page_of_chips(seed, faces, ["كتاب"]) for seed in (3, 3, 4))
    assert [chip.text for chip in one] == [chip.text for chip in other]
    assert all(np.array_equal(a.strip, b.strip) for a, b in zip(one, other, strict=True))
    assert [chip.text for chip in one] != [chip.text for chip in third]
