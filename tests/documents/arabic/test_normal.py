"""Normal forms."""

from vanguard.documents.arabic.normal import lenient, searched, strict


def test_strict_drops_what_is_not_seen_and_nothing_that_is():
    assert strict("\u202bﻛﺘﺎب\u202c  \u200fمُـفيد ١٢") == "كتاب مُـفيد ١٢"


def test_strict_is_the_same_whatever_the_order_of_marks():
    assert strict("شَّ") == strict("ش\u064e\u0651")


def test_lenient_drops_marks_and_tatweel_and_knows_one_set_of_digits():
    assert lenient("كِتَـاب ١٢۳") == "كتاب 123"


def test_searched_makes_letters_one_that_are_searched_for_as_one():
    assert searched("أُمّةٌ إلى") == "امه الي"
