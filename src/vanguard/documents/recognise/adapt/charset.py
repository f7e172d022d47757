"""The letters that Tesseract's data can say, and more of them.

It does not know the network, whose last layer has a row for each letter in the same order.
"""

from __future__ import annotations

import struct
import unicodedata

# In Arabic print, and not among the 84 that the packaged data began with.
MORE = "ـ،٢٣٤٥٦٧٨٩٪٫٬%ٰ=&@;{}•×–—…$~abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# A new letter begins as one that looks like it.
LIKE = {
    "،": ",", "٪": "/", "%": "/", "٫": ",", "٬": ",", "ٰ": "َ", "=": "-", ";": "؛", "{": "[", "}": "]",
    "–": "-", "—": "-", "…": ".", "•": "*", "×": "*", "o": "0", "O": "0", "l": "1", "I": "1", "S": "5", "B": "8",
    "Z": "2", "~": "-",
}  # fmt: skip
_ALPHA, _LOWER, _UPPER, _DIGIT, _PUNCTUATION = 1, 2, 4, 8, 16
_NO_METRICS = "0,255,0,255,0,0,0,0,0,0"
# as ICU numbers the classes of the bidirectional algorithm
_WAYS = {"L": 0, "R": 1, "EN": 2, "ES": 3, "ET": 4, "AN": 5, "CS": 6, "ON": 10, "AL": 13, "NSM": 17}
_PAIRS = {"{": "}", "}": "{"}


def letters(unicharset: bytes) -> list[str]:
    """What each class says; the first one is the space."""
    lines = unicharset.decode("utf-8").splitlines()[1:]
    return [" ", *(line.split(" ", 1)[0] for line in lines[1:] if line)]


def extended(unicharset: bytes, recoder: bytes, more: str = MORE) -> tuple[bytes, bytes]:
    """Both parts with more letters at their end; what they had keeps its number."""
    known = letters(unicharset)
    new = [letter for letter in more if letter not in known]
    numbers = {letter: place for place, letter in enumerate([*known, *new])}
    head, *lines = unicharset.decode("utf-8").splitlines()
    if int(head) != len(known):
        raise ValueError(f"a list of {head} letters has {len(known)}")
    lines = [line for line in lines if line] + [_line(letter, numbers) for letter in new]
    count = len(known) + len(new)
    codes = b"".join(struct.pack("<bii", 1, 1, number) for number in range(len(known), count))
    if recoder != _codes(len(known)):
        raise ValueError("letters are not said by one class each")
    return (
        "\n".join([str(count), *lines, ""]).encode("utf-8"),
        struct.pack("<I", count) + recoder[4:] + codes,
    )


def _codes(count: int) -> bytes:
    codes = (struct.pack("<bii", 1, 1, number) for number in range(count))
    return struct.pack("<I", count) + b"".join(codes)


def _line(letter: str, numbers: dict[str, int]) -> str:
    number = numbers[letter]
    kind = unicodedata.category(letter)
    # Tesseract takes a language with more letters from the left than from the right for one that is written so,
    # and columns for such: capitals are told to have no way of their own
    way = _WAYS["ON" if kind == "Lu" else unicodedata.bidirectional(letter)]
    other = numbers.get(letter.swapcase(), number)
    mirror = numbers.get(_PAIRS.get(letter, letter), number)
    flags = {"Ll": _ALPHA | _LOWER, "Lu": _ALPHA | _UPPER, "Lm": _ALPHA, "Nd": _DIGIT}
    props = flags.get(kind, _PUNCTUATION if kind.startswith("P") else 0)
    script = _script(letter, kind)
    return f"{letter} {props:x} {_NO_METRICS} {script} {other} {way} {mirror} {letter}"


def _script(letter: str, kind: str) -> str:
    if kind == "Mn":
        return "Inherited"
    if letter.isascii() and letter.isalpha():
        return "Latin"
    return "Arabic" if kind in ("Lm", "Nd") else "Common"
