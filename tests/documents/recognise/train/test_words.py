from vanguard.documents.recognise.alphabet import OTHER, classes, painted
from vanguard.documents.recognise.train.words import draw, words_of
from vanguard.documents.synth.dice import dice
from vanguard.documents.synth.text.source import load
from vanguard.documents.tables.forms import is_number

WORDS = ["كتاب", "والقلم"]


def drawn(count=600):
    chance = dice("words", 1)
    return [draw(chance, WORDS) for _ in range(count)]


def test_two_thirds_are_numbers_of_all_three_sets():
    words = drawn()
    numbers = [word for word in words if OTHER not in painted(classes(word))]
    assert 0.55 < len(numbers) / len(words) < 0.75
    assert sum(map(is_number, numbers)) / len(numbers) > 0.6
    text = "".join(numbers)
    assert all(
        digits & set(text) == digits for digits in map(set, ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۴۵۶"))
    )


def test_the_others_are_words_and_words_with_digits():
    others = [word for word in drawn() if OTHER in painted(classes(word))]
    assert set(WORDS) & set(others)
    assert any(any(letter.isdigit() for letter in word) for word in others)


def test_the_same_dice_draw_the_same():
    assert drawn(50) == drawn(50)


def test_words_of_texts_come_once_with_and_without_their_vowels():
    texts = load().of("train")
    words = words_of(texts)
    assert words == sorted(set(words))
    assert max(map(len, words)) <= 14
    assert any("\u064e" in word for word in words)
    held_out = set(words_of(load().of("held_out")))
    assert held_out - set(words)
