import numpy as np
import pytest

from vanguard.documents.recognise.adapt.lines import page_of_lines, painted
from vanguard.documents.recognise.adapt.texts import corpus


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("قلم (كبير)", ")ريبك( ملق"),  # a bracket is the letter that it is, whatever it looks like
        ("سنة ٢٠٢٤ م", "م ٢٠٢٤ ةنس"),
        ("ملف PDF هنا", "انه PDF فلم"),
        ("بَ", "َب"),
    ],
)
def test_letters_stand_as_they_are_painted(typed, seen):
    assert painted(typed) == seen


@pytest.mark.fonts
def test_a_page_gives_lines_as_readers_see_them_and_always_the_same():
    from vanguard.documents.recognise.adapt.recipe import faces_of

    texts, faces = corpus(("كتاب", "مدرسة")), faces_of(aside=False)
    one, other, third = (page_of_lines(seed, faces, texts) for seed in (3, 3, 4))
    assert len(one) > 10
    assert all(line.grey.shape[0] == 48 for line in one)
    assert np.mean([(line.grey < 128).any() for line in one]) == 1.0
    assert [line.text for line in one] == [line.text for line in other]
    assert all(np.array_equal(a.grey, b.grey) for a, b in zip(one, other, strict=True))
    assert [line.text for line in one] != [line.text for line in third]
