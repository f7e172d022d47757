"""What is written on training pages: numbers of all forms, and words that are none.

It does not know fonts or pictures.
"""

from __future__ import annotations

import re

from vanguard.documents.recognise.alphabet import ARABIC, LATIN, PERSIAN
from vanguard.documents.synth.dice import Dice
from vanguard.documents.synth.text.source import Texts

_SETS = ((ARABIC, 60), (LATIN, 25), (PERSIAN, 15))
_NUMBERS = 0.66
_LATIN_SIGNS, _COMMAS = 0.04, 0.03
_INLINE = 0.12  # of the numbers are followed or preceded by what stands beside numbers in prose
# fmt: off
_LATIN_WORDS = (
    "Total", "SAR", "USD", "EUR", "kg", "km", "cm", "GmbH", "ISO", "API", "PDF", "Wi-Fi", "No", "Ref", "Item", "Qty",
    "Price", "iOS", "Linux", "Version", "the", "and", "for", "a", "I", "o", "l", "O", "B", "S", "Z", "x", "www", "Ltd",
    "Inc", "RFC", "GB", "MHz", "Page", "Table", "von", "der",
)
_PUNCTUATION = (
    "—", "•", "«", "»", "؟", "!", "؛", "ـ", "…", "×", "*", "=", '"', "ا", "ه", "و", "أ", "لا",
)
# fmt: on
_MARKS = re.compile("[\u064b-\u0652\u0670]")


def draw(dice: Dice, words: list[str]) -> str:
    """One word as it is typed."""
    if dice.random() < _NUMBERS:
        return number(dice)
    return _word(dice, words)


def words_of(texts: Texts) -> list[str]:
    """The words of texts, once each, with and without their vowel signs."""
    found: set[str] = set()
    for section in texts.sections:
        for part in section.parts:
            found.update(part.text.split())
    bare = {_MARKS.sub("", word) for word in found}
    return sorted(word for word in found | bare if word and len(word) <= 14)


def number(dice: Dice) -> str:
    """A number of any form, with digits of any set."""
    text = dice.choice(_FORMS)(dice)
    (digits,) = dice.choices([one for one, _ in _SETS], [share for _, share in _SETS])
    if digits != LATIN:
        text = _separated(dice, text).translate(str.maketrans(LATIN, digits))
        if dice.random() < 0.5:
            text = text.replace("%", "٪")
    if dice.random() < _INLINE:
        before, after = dice.choice(
            [("", "."), ("", "،"), ("(", ")"), ("", ":"), ("(", ""), ("", ")"), ("", "؛")]
        )
        text = before + text + after
    return text


def _separated(dice: Dice, text: str) -> str:
    """Separators of Arabic numbers; some keep the Latin ones, as print does."""
    if dice.random() < _LATIN_SIGNS:
        return text
    text = re.sub(r"(?<=\d),(?=\d)", "،" if dice.random() < _COMMAS else "٬", text)
    return re.sub(r"(?<=\d)\.(?=\d)", "٫", text)


def _whole(dice: Dice) -> str:
    return str(dice.randrange(10 ** dice.randint(1, 7)))


def _grouped(dice: Dice) -> str:
    return f"{dice.randrange(1000, 10 ** dice.randint(4, 9)):,}"


def _decimal(dice: Dice) -> str:
    places = dice.choice([1, 1, 2, 2, 2, 3])
    whole = dice.randrange(10 ** dice.randint(1, 7))
    text = f"{whole:,}" if dice.random() < 0.8 else str(whole)
    return f"{text}.{dice.randrange(10**places):0{places}d}"


def _percent(dice: Dice) -> str:
    return (
        f"{dice.randrange(1000) / 10:.1f}" if dice.random() < 0.6 else str(dice.randrange(101))
    ) + "%"


def _date(dice: Dice) -> str:
    day, month, year = dice.randint(1, 31), dice.randint(1, 12), dice.randint(1300, 2060)
    mark = dice.choice("///--.")
    form = dice.choice(["{d:02d}{m}{o:02d}{m}{y}", "{y}{m}{o:02d}{m}{d:02d}", "{d}{m}{o}{m}{y}"])
    return form.format(d=day, o=month, y=year, m=mark)


def _time(dice: Dice) -> str:
    return f"{dice.randrange(24)}:{dice.randrange(60):02d}"


def _signed(dice: Dice) -> str:
    text = dice.choice([_whole, _grouped, _decimal])(dice)
    return dice.choice(["-{}", "+{}", "({})", "-{}%"]).format(text)


def _code(dice: Dice) -> str:
    """Phones, ranges, versions: digits that are no amounts."""
    some, many = dice.randrange(1, 1000), dice.randrange(10**4, 10**8)
    return dice.choice(
        [
            f"0{some}-{many}",
            f"{some}-{some + dice.randint(1, 99)}",
            f"{some}.{some % 10}.{many % 10}",
            f"0{many}",
            f"{some}/{many % 100 + 1}",
        ]
    )


def _year(dice: Dice) -> str:
    return str(dice.randint(1300, 2060))


_FORMS = (
    _whole,
    _whole,
    _whole,
    _grouped,
    _grouped,
    _grouped,
    _decimal,
    _decimal,
    _decimal,
    _percent,
    _date,
    _time,
    _signed,
    _code,
    _year,
)


def _word(dice: Dice, words: list[str]) -> str:
    chance = dice.random()
    if chance < 0.1:
        return dice.choice(_LATIN_WORDS)
    if chance < 0.16:
        return dice.choice(_PUNCTUATION)
    if chance < 0.26:
        return dice.choice(["{}{}", "{}-{}", "{}/{}"]).format(
            number(dice), dice.choice(["هـ", "م", "كم", "ريال", *_LATIN_WORDS])
        )
    return dice.choice(words)
