import itertools
import re

from vanguard.documents.recognise.adapt.texts import corpus
from vanguard.documents.synth.dice import dice

_KNOWN = ("كتاب", "مدرسة", "قَلَمٌ")


def lines(look, count=60):
    texts = corpus(_KNOWN)
    return [texts.line(dice("texts", look, number), look) for number in range(count)]


def test_lines_of_each_look_say_what_they_should():
    plain, tatweel = (" ".join(itertools.chain(*lines(look))) for look in ("plain", "tatweel"))
    assert re.search("[٢-٩]", plain)
    assert re.search("[a-z]", plain)
    assert "كتاب" in plain
    assert tatweel.count("ـ") > 20 > plain.count("ـ")
    assert not re.search("[۰-۹]", plain)


def test_vocalised_lines_have_their_marks():
    text = "".join(itertools.chain(*lines("vocalised")))
    assert len(re.findall("[\u064b-\u0652]", text)) > 0.3 * len(text)


def test_the_same_dice_say_the_same_and_some_lines_are_short():
    assert lines("plain", 8) == lines("plain", 8)
    assert min(map(len, lines("plain"))) <= 4 < max(map(len, lines("plain")))


def test_what_is_kept_aside_is_not_learnt_from():
    learnt, aside = (
        {one.name for some in corpus(_KNOWN, aside=aside).sections.values() for one in some}
        for aside in (False, True)
    )
    assert aside
    assert len(aside) < 0.4 * len(learnt)
    assert not learnt & aside
