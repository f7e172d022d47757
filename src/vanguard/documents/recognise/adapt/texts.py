"""What is written on the lines that are learnt from.

It does not know fonts or pictures. Sentences are of the training split; so that no single book is learnt by heart,
half of the lines are words put together by chance, most of them from the dictionary within Tesseract's data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vanguard.documents.recognise.alphabet import PERSIAN
from vanguard.documents.recognise.train.words import number
from vanguard.documents.synth.dice import Dice, one_in
from vanguard.documents.synth.text.marks import in_digits, stretch
from vanguard.documents.synth.text.source import Section, load
from vanguard.documents.synth.text.templates import Phrases
from vanguard.documents.synth.text.templates import words as lists

Look = Literal["plain", "vocalised", "tatweel"]
KEPT_ASIDE = 8
"""One section in so many is not learnt from."""

_MARKS = re.compile("[\u064b-\u0652\u0670]")
_MARKED = re.compile("[\u064b-\u0652]")
_MOST_WORDS = 24
_DIGITS: tuple[Literal["arabic", "latin"], ...] = ("arabic", "arabic", "latin")
_PERSIAN = re.compile(f"[{PERSIAN}]")
_BEHIND = ("،", "،", "،", ".", ".", ":", "؛", "؟", "!", "…")
_AROUND = (("(", ")"), ("«", "»"), ('"', '"'), ("[", "]"), ("“", "”"), ("'", "'"))
_SENTENCES = (
    "figures_sentences",
    "letter_bodies",
    "footnotes",
    "table_captions",
    "captions",
    "letter_subjects",
)
_NAMES = (
    "names",
    "companies",
    "cities",
    "departments",
    "goods",
    "topics",
    "headings",
    "greetings",
    "letter_closings",
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.+\-/_@]*")


@dataclass(frozen=True)
class Corpus:
    """Texts and words to write lines with.

    Attributes:
        sections: by style.
        known: words of a dictionary; `marked` are those with vowel signs.
        latin: Latin words.
    """

    sections: dict[str, tuple[Section, ...]]
    known: tuple[str, ...]
    marked: tuple[str, ...]
    latin: tuple[str, ...] = field(default=())

    def line(self, dice: Dice, look: Look) -> list[str]:
        """The words of one line, more of them than it may have room for."""
        if look == "vocalised":
            return _shown(dice, self._vocalised(dice))
        (make,) = dice.choices(_MAKERS, _SHARES)
        words = make(self, dice)
        if look == "tatweel":
            words = [stretch(word, dice) if dice.random() < 0.35 else word for word in words]
        return _shown(dice, words)

    def _vocalised(self, dice: Dice) -> list[str]:
        if dice.random() < 0.3:
            return [dice.choice(self.marked) for _ in range(_MOST_WORDS)]
        words = self.passage(dice, "vocalised")
        if dice.random() < 0.25:
            dice.shuffle(words)
        if dice.random() < 0.2:
            return [word if dice.random() < 0.6 else _MARKS.sub("", word) for word in words]
        return words

    def passage(self, dice: Dice, style: str) -> list[str]:
        """Words that follow one another in a text."""
        sections = self.sections[style]
        section = dice.choices(sections, [one.letters for one in sections])[0]
        part = dice.choices(section.parts, [len(one.text) for one in section.parts])[0]
        words = part.text.split()
        start = dice.randrange(max(1, len(words) - 3))
        return words[start : start + _MOST_WORDS]

    def prose(self, dice: Dice) -> list[str]:
        """A passage as it is."""
        words = self.passage(dice, "plain")
        digits = dice.choice(_DIGITS)
        return [in_digits(w, digits) if w.strip(".,()").isdecimal() else w for w in words]

    def chance(self, dice: Dice) -> list[str]:
        """Words that do not belong together, with signs."""
        words = []
        for _ in range(_MOST_WORDS):
            luck = dice.random()
            if luck < 0.75:
                words.append(dice.choice(self.known))
            elif luck < 0.9:
                words.append(dice.choice(self.passage(dice, "plain") or ["و"]))
            else:
                words.append(dice.choice(self.marked))
        return [_signed(dice, word) for word in words]

    def forms(self, dice: Dice) -> list[str]:
        """Sentences of letters and reports, with names, numbers and dates."""
        phrases = Phrases(dice, dice.choice(_DIGITS))
        names = _SENTENCES if dice.random() < 0.7 else _NAMES
        return " ".join(phrases.one(dice.choice(names)) for _ in range(3)).split()

    def figures(self, dice: Dice) -> list[str]:
        """Numbers of all forms, with words between them."""
        words: list[str] = []
        while len(words) < _MOST_WORDS // 2:
            words.append(_number(dice))
            if dice.random() < 0.6:
                words.append(_signed(dice, dice.choice(self.known)))
        return words

    def mixed(self, dice: Dice) -> list[str]:
        """Arabic words with Latin ones between them."""
        words = self.prose(dice)
        for _ in range(dice.randint(1, 4)):
            word = dice.choice(self.latin)
            if dice.random() < 0.2:
                word = word.upper()
            words.insert(dice.randint(0, len(words)), _signed(dice, word))
        return words


def _number(dice: Dice) -> str:
    while True:
        word = number(dice)
        if not _PERSIAN.search(word):
            return word


_MAKERS: Sequence[Callable[[Corpus, Dice], list[str]]] = (
    Corpus.prose,
    Corpus.chance,
    Corpus.forms,
    Corpus.figures,
    Corpus.mixed,
)
_SHARES = (38, 36, 12, 7, 7)


def _signed(dice: Dice, word: str) -> str:
    luck = dice.random()
    if luck < 0.12:
        return word + dice.choice(_BEHIND)
    if luck < 0.16:
        before, behind = dice.choice(_AROUND)
        return dice.choice((before + word + behind, before + word, word + behind))
    if luck < 0.17:
        return word + dice.choice(("/", "-", "–", "—")) + word
    return word


def _shown(dice: Dice, words: list[str]) -> list[str]:
    """Some lines are short: headings, cells, ends of paragraphs."""
    if dice.random() < 0.2:
        return words[: dice.randint(1, 4)]
    return words


def corpus(known: Sequence[str], *, aside: bool = False) -> Corpus:
    """Texts of the training split, those kept aside or the others; `known` are words of a dictionary."""
    sections: dict[str, list[Section]] = {"plain": [], "vocalised": []}
    for section in load().of("train").sections:
        if one_in(KEPT_ASIDE, "adapt", section.source, section.name) == aside:
            sections[section.style].append(section)
    text = [
        part.text for part in (one for some in sections.values() for s in some for one in s.parts)
    ]
    latin = {word for line in text for word in _LATIN.findall(line)} | set(lists()["latin"])
    plain = [word for word in known if word.strip() and not _MARKED.search(word)]
    marked = [word for word in known if _MARKED.search(word)]
    return Corpus(
        {style: tuple(some) for style, some in sections.items()},
        tuple(plain),
        tuple(marked) or ("هٰذَا",),
        tuple(sorted(word for word in latin if 1 < len(word) <= 16)),
    )
