"""Mirrored brackets."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.brackets import faults, turn_brackets


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("المادة )١( من", "المادة (١) من"),
        ("»نعم« و»لا«", "«نعم» و«لا»"),
        ("الدالة f(x) ذات )قيمة(", "الدالة f(x) ذات (قيمة)"),
        ("من )2023 إلى 2024( فقط", "من (2023 إلى 2024) فقط"),
        ("قال تعالى ﴾ قل هو ﴿", "قال تعالى ﴿ قل هو ﴾"),
    ],
)
def test_mirrored_brackets_are_turned(wrong, right):
    assert turn_brackets([wrong], packaged())[0].text == right


@pytest.mark.parametrize(
    "line",
    [
        "المادة (١) من «النظام»",
        "١) أولا ٢) ثانيا",
        "يتبع)",
        "plain )text( of code",
        "الفترة ]0,1[ مفتوحة",
        "(مفتوح ثم ينتهي السطر",
    ],
)
def test_others_are_left(line):
    assert turn_brackets([line], packaged()) == [None]


def test_faults_count_partners_and_spaces():
    assert faults("(أ)") == 0
    assert faults(")أ(") > faults("(أ")


def test_where_all_of_a_text_is_mirrored_halves_of_pairs_are_turned_too():
    lines = [
        "نصت المادة )١٤( على )العراقيون",
        "متساوون( وفي المادة )١٥( )لكل",
        "١٦-١٧(",
        "بلا أقواس",
    ]
    found = [change and change.text for change in turn_brackets(lines, packaged())]
    assert found == [
        "نصت المادة (١٤) على (العراقيون",
        "متساوون) وفي المادة (١٥) (لكل",
        "١٦-١٧)",
        None,
    ]


def test_one_mirrored_line_says_nothing_of_the_others():
    lines = [
        "المادة )١( من",
        "(المادة الأولى) ثم (الثانية) و(الثالثة) تليها",
        "١) أولا",
        "كما ورد)",
    ]
    found = [change and change.text for change in turn_brackets(lines, packaged())]
    assert found == ["المادة (١) من", None, None, None]
