"""Letters of Persian and Urdu that stand for shapes of Arabic ones."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.letters import fold_persian

NAMED = ["بین الحكام والمحكومین", "الجمھوریة في نظام برلماني", "المادتین التي"]


def test_an_arabic_text_gets_its_own_letters():
    found = [change.text for change in fold_persian(NAMED, packaged())]
    assert found == ["بين الحكام والمحكومين", "الجمهورية في نظام برلماني", "المادتين التي"]


@pytest.mark.parametrize(
    "lines",
    [
        ["این کتاب خوبی است که می‌خوانم", "زندگی در تهران", "بیشتر مردم ایران"],  # Persian
        ["یہ کتاب میری ہے", "پاکستان میں رہتے ہیں"],  # Urdu
        ["كتاب عن ایران في المكتبة"],  # one name says nothing of the text
        ["بين الحكام والمحكومين"],
    ],
)
def test_others_are_left(lines):
    assert fold_persian(lines, packaged()) == [None] * len(lines)
