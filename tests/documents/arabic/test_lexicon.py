"""The word list and the words that grow from it."""

import pytest

from vanguard.documents.arabic.lexicon import Lexicon, packaged


def test_the_packaged_list_knows_common_words():
    words = [
        "في",
        "من",
        "على",
        "المدينة",
        "الإنسان",
        "المتحدة",
        "الحكومة",
        "كتاب",
        "يقول",
        "وقال",
        "المسؤولين",
    ]
    assert [word for word in words if not packaged().lists(word)] == []
    assert len(packaged()) > 90_000


@pytest.mark.parametrize("word", ["وبكتابهما", "فالمدرسون", "لمدرستنا", "وكتابها"])
def test_words_grow_by_what_is_written_on_to_them(word):
    lexicon = Lexicon(["كتاب", "مدرس", "مدرسة", "يكتب"])
    assert not lexicon.lists(word)
    assert lexicon.knows(word)


def test_marks_and_exchanged_letters_do_not_matter():
    assert Lexicon(["إدارة"]).lists("اِدَاره")


@pytest.mark.parametrize("word", ["ناسنإلا", "ةموكحلا", "قثتشظ", "ب"])
def test_what_is_no_word_is_not_known(word):
    assert not packaged().knows(word)


def test_a_list_of_ones_own_adds_words():
    assert not packaged().knows("شنكوطي")
    assert packaged().with_words(["شنكوطي"]).knows("والشنكوطي")


def test_the_list_holds_no_swapped_ligatures():
    assert not [word for word in ("االنسان", "االمم", "االجتماع") if packaged().lists(word)]
