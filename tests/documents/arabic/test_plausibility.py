"""How sure one may be of a text."""

import random

import pytest

from support.arabic_texts import DECLARATION
from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.plausibility import forward_bits, plausibility, word_score

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


def test_text_as_it_should_be_is_plausible():
    found = plausibility("\n".join(DECLARATION))
    assert found.value > 0.97
    assert found.known_share > 0.97


def test_turned_text_is_not():
    assert plausibility("\n".join(line[::-1] for line in DECLARATION)).value < 0.5


def test_a_broken_glyph_map_is_not():
    mapped = dict(zip(LETTERS, random.Random(3).sample(LETTERS, len(LETTERS)), strict=True))
    text = "\n".join("".join(mapped.get(one, one) for one in line) for line in DECLARATION)
    assert plausibility(text).value < 0.4


def test_shapes_count_for_nothing():
    assert plausibility("ﻛﺘﺎﺏ").value == 0


def test_letters_nobody_can_read_count_against_a_text():
    assert plausibility("كتاب جديد \ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd").value == 0.5


@pytest.mark.parametrize(
    "text", ["A plain English sentence.", "Une phrase française avec des élèves", "GmbH & Co. KG"]
)
def test_latin_text_is_plausible(text):
    assert plausibility(text).value > 0.9


def test_an_arabic_text_mapped_to_accented_latin_is_not():
    assert plausibility("´ÉdG áHÉàc ‘ ≥∏©àj Éªæ«H ÏÒ").value < 0.5


def test_latin_and_arabic_letters_in_one_word_are_a_broken_map():
    assert plausibility("تwفyق الحykم").value < 0.2


def test_a_map_into_many_scripts_is_broken():
    assert plausibility("إٯϸϸϸ؇اص ӵҠرѢѿҭ ՍҧѢ஧֐ ᅘᄠ Ս֞బ఑ ႌၼ Սءاٯֻ֞ ࿣ ӫԌ֐").value < 0.2


@pytest.mark.parametrize(
    "text", ["Простой русский текст", "日本語のテキストです", "قال: Πλάτων و Пушкин"]
)
def test_other_scripts_are_plausible(text):
    assert plausibility(text).value > 0.9


def test_a_text_without_words_says_nothing():
    assert plausibility("١٢٣ – 456").value == 0.5


def test_an_unlisted_name_is_worth_more_than_noise():
    assert word_score("سامسونج", packaged()) > 3 * word_score("جزثقشظ", packaged())


def test_a_word_says_which_way_it_is_read():
    assert forward_bits("المتحدة", packaged()) > 15
    assert forward_bits("ةدحتملا", packaged()) < -15
    assert forward_bits("باب", packaged()) == 0
