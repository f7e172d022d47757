"""From painted to typed order, against the algorithm run forward."""

import pytest
from bidi.algorithm import get_display
from hypothesis import given
from hypothesis import strategies as st

from support.arabic_texts import DECLARATION, MIXED
from vanguard.documents.arabic.bidi import kind, typed, typed_order, typed_order_ltr


@pytest.mark.parametrize("line", [*DECLARATION, *MIXED])
def test_what_the_algorithm_paints_is_read_back(line):
    painted = get_display(line.replace("(", "").replace(")", ""), base_dir="R")
    expected = line.replace("(", "").replace(")", "")
    mirrored = painted.translate(str.maketrans("«»[]{}", "»«][}{"))
    if "+966" in line:  # painted as a telephone number is read, which the algorithm does not do
        mirrored = mirrored.replace("4567 123 11 966+", "+966 11 123 4567")
    assert typed(list(mirrored)) == expected


@given(st.lists(st.sampled_from(["كتاب", "من", "word", "Abc", "12", "3.5", "٤٥"]), max_size=6))
def test_every_unit_is_typed_once(words):
    units = list(" ".join(words))
    assert sorted(typed_order(units)) == list(range(len(units)))
    assert sorted(typed_order_ltr(units)) == list(range(len(units)))


def test_ligatures_stay_whole():
    assert typed(["ب", "ا", "لا", "ط"]) == "طلااب"


def test_a_number_painted_by_another_stroke_is_no_part_of_the_latin_phrase():
    units = list("Windows 10 كتب")
    assert typed(units, [0] * len(units)) == "بتك Windows 10"
    apart = [0] * 7 + [1] + [2] * 2 + [3] * 4
    assert typed(units, apart) == "بتك 10 Windows"


def test_an_amount_has_its_measure_behind_it():
    assert typed(list("SAR 50 نمثلا")) == "الثمن 50 SAR"


def test_a_bracket_opened_in_a_latin_phrase_closes_in_it():
    assert typed(list("f(x) ةلادلا")) == "الدالة f(x)"


def test_percent_stands_behind_its_number_on_whichever_side_it_was_painted():
    assert typed(list("%50 ةبسن")) == typed(list("50% ةبسن")) == "نسبة 50%"


def test_in_a_left_to_right_line_only_arabic_is_turned():
    units = list("see ةدحتملا ممألا (UN)")
    assert "".join(units[at] for at in typed_order_ltr(units)) == "see الأمم المتحدة (UN)"


def test_what_nobody_can_read_has_no_direction():
    assert [kind(one) for one in ("ب", "a", "1", "١", " ", "\ufffd", "\U000f0001")] == list(
        "RLNAOOO"
    )


def test_arabic_digits_stay_behind_the_latin_letters_that_they_touch():
    assert typed(list("SA٤٥ مقر")) == "رقم SA٤٥"
    assert typed(list("٤٥ SA مقر")) == "رقم SA ٤٥"


def test_a_number_that_touches_a_latin_word_is_part_of_it_whoever_painted_it():
    units = list("AB-1024 فلم")
    assert typed(units, [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]) == "ملف AB-1024"


def test_a_hyphen_holds_european_digits_together_and_parts_arabic_ones():
    assert typed(list("٢١-٢٠-١٩ داوملا")) == "المواد ١٩-٢٠-٢١"
    assert typed(list("(٢١-٢٠-١٩")) == "١٩-٢٠-٢١("
    assert typed(list("٢٠٢٣/٣/١٥ يف")) == "في ٢٠٢٣/٣/١٥"
    assert typed(list("5550-127")) == "5550-127"
