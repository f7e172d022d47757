"""Turns what was read from left to right round: whole lines, parts of lines, words one by one.

It does not trust a single word: a part is turned when its words together say so, by the lexicon, by
their spelling, and by the shapes of presentation forms, which tell where a word begins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from vanguard.documents.arabic.bidi import typed
from vanguard.documents.arabic.letters import (
    ARABIC,
    FORM,
    MARK,
    WORD,
    base_letters,
    clusters,
    misplaced_marks,
)
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.plausibility import forward_bits, plausibility
from vanguard.documents.arabic.repairs.change import Change

# Bits: of changing direction inside a line, and what a part must bring.
_SWITCH: Final = 16.0
_START: Final = 12.0
# What a whole line must bring, and what a part of one or a single word.
_ENOUGH: Final = 12.0
_ENOUGH_OF_LITTLE: Final = 24.0
# A text is turned as a whole when that many lines are, and that share of those that say anything. Then
# changing direction costs more, and each word is turned unless it says otherwise.
_MANY_LINES: Final = 3
_NEARLY_ALL: Final = 0.6
_RARE_SWITCH: Final = 48.0
_BIAS: Final = 3.0
# By how much the plausibility of a part must rise.
_RISE: Final = 0.15
# What one pair of neighbouring shapes says.
_SHAPE_BITS: Final = 6.0
# What one mark in a place where none can be says.
_MARK_BITS: Final = 6.0
# Few letters say little, so one token is believed only up to this.
_MOST_PER_TOKEN: Final = 24.0
_TOKEN = re.compile(r"\s+|\S+")
_ENDS = frozenset(".،؛؟!:…")
_SENTENCE_ENDS = frozenset(".؟!")
_BEGINS_WORD = frozenset({"<initial>", "<medial>"})
_GOES_ON = frozenset({"<medial>", "<final>"})


class _Read(msgspec.Struct, frozen=True):
    """A line's words and spaces, and for each the bits that speak for its being turned."""

    tokens: Sequence[str]
    evidence: Sequence[float]


class _Way(msgspec.Struct, frozen=True):
    """What is presumed of a text: what costs how many bits, and whether its words keep their places."""

    start: float = _START
    switch: float = _SWITCH
    bias: float = 0.0
    rise: float = _RISE
    in_place: bool = False


class _Part(msgspec.Struct):
    """Tokens `start` to `end` that were read from left to right, and how sure that is."""

    start: int
    end: int
    bits: float


def turn_order(lines: Sequence[str], lexicon: Lexicon) -> list[Change | None]:
    """Proposes each line with its turned parts put right.

    Where nearly all of a text is turned, what is left of it is turned too, on less evidence.
    """
    read = [
        _Read(tokens := _TOKEN.findall(line), [_evidence(token, lexicon) for token in tokens])
        for line in lines
    ]
    way = _Way(in_place=_in_place(lines))
    parts = [_turned(line, way) for line in read]
    arabic = sum(any(line.evidence) for line in read)
    turned = sum(
        any(part.end - part.start == len(line.tokens) for part in found)
        for line, found in zip(read, parts, strict=True)
    )
    if turned >= _MANY_LINES and turned >= _NEARLY_ALL * arabic:
        way = _Way(start=0.0, switch=_RARE_SWITCH, bias=_BIAS, rise=0.0, in_place=way.in_place)
        parts = [_turned(line, way) for line in read]
    return [_change(line, found, way, lexicon) for line, found in zip(read, parts, strict=True)]


def _in_place(lines: Sequence[str]) -> bool:
    """Whether words were turned one by one: else the ends of sentences would stand in front."""
    words = [line.split() for line in lines]
    front = sum(bool(line) and line[0][0] in _SENTENCE_ENDS for line in words)
    back = sum(
        len(line) > 1 and line[-1][0] in _SENTENCE_ENDS and len(line[-1]) > 1 for line in words
    )
    return back > 2 * front


def _change(line: _Read, parts: Sequence[_Part], way: _Way, lexicon: Lexicon) -> Change | None:
    tokens = line.tokens
    out, why = list(tokens), []
    for part in parts:
        old = tokens[part.start : part.end]
        new = _typed(old, way)
        if _sure(new, lexicon) - _sure("".join(old), lexicon) < way.rise:
            continue
        out[part.start : part.end] = [new] + [""] * (len(old) - 1)
        name = "whole line" if len(old) == len(tokens) else f"“{''.join(old)}”"
        why.append(f"{name} read from left to right ({part.bits:.0f} bits)")
    if why:
        return Change("".join(out), "; ".join(why))
    return _words_turned(tokens, line.evidence)


def _sure(text: str, lexicon: Lexicon) -> float:
    return plausibility(base_letters(text), lexicon).value


def _evidence(token: str, lexicon: Lexicon) -> float:
    """Bits for a token read from left to right; negative for one that is right as it stands."""
    total = 0.0
    for found in WORD.finditer(token):
        word = found[0]
        shapes = _shapes(word)
        total += shapes
        total -= forward_bits(_letters(word, turned=shapes > 0), lexicon)
        total += _marks(word)
    return max(-_MOST_PER_TOKEN, min(_MOST_PER_TOKEN, total))


def _letters(word: str, *, turned: bool) -> str:
    """The word's base letters; ligatures of a turned word come out in the order of the rest."""
    if not FORM.search(word):
        return word
    if turned:
        return "".join(base_letters(unit)[::-1] for unit in word)
    return base_letters(word)


def _shapes(word: str) -> float:
    """What the shapes say: an initial or medial letter is followed by a medial or final one."""
    shapes = [
        unicodedata.decomposition(letter).partition(" ")[0]
        for letter in word
        if not MARK.match(letter)
    ]
    total = 0.0
    for one, next_one in pairwise(shapes):
        if one in _BEGINS_WORD and next_one in _GOES_ON:
            total -= _SHAPE_BITS
        if next_one in _BEGINS_WORD and one in _GOES_ON:
            total += _SHAPE_BITS
    return total


def _marks(word: str) -> float:
    """What the marks say: each stands behind its letter, and no vowel stands on a letter twice."""
    if not MARK.search(word):
        return 0.0
    behind, before = clusters(word), clusters(word[::-1])
    return _MARK_BITS * (misplaced_marks(behind) - misplaced_marks(before))


def _turned(line: _Read, way: _Way) -> list[_Part]:
    """The likeliest split into parts read one way and the other (Viterbi, two states)."""
    right, turned = 0.0, -way.start
    came: list[tuple[bool, bool]] = []
    for bits in line.evidence:
        came.append((turned - way.switch > right, turned >= right - way.switch))
        right, turned = (
            max(right, turned - way.switch),
            max(turned, right - way.switch) + bits + (way.bias if bits else 0),
        )
    state = turned > right
    states: list[bool] = []
    for from_turned, stays_turned in reversed(came):
        states.append(state)
        state = stays_turned if state else from_turned
    states.reverse()
    parts = _parts(line.tokens, line.evidence, states)
    return [part for part in parts if way.bias or _believed(line, part)]


def _believed(line: _Read, part: _Part) -> bool:
    words = sum(bits != 0 for bits in line.evidence[part.start : part.end])
    if part.end - part.start == len(line.tokens) and words > 1:
        return part.bits >= _ENOUGH
    return part.bits >= _ENOUGH_OF_LITTLE and (words > 1 or len(line.tokens) == 1)


def _parts(tokens: Sequence[str], evidence: Sequence[float], states: Sequence[bool]) -> list[_Part]:
    parts: list[_Part] = []
    at = 0
    while at < len(states):
        if not states[at]:
            at += 1
            continue
        end = at
        while end < len(states) and states[end]:
            end += 1
        parts.append(_fitted(tokens, evidence, at, end))
        at = end
    return parts


def _fitted(tokens: Sequence[str], evidence: Sequence[float], start: int, end: int) -> _Part:
    """Takes what has no direction in at the edge of the line, and leaves it out between parts."""
    bits = sum(evidence[start:end])
    while start < end and evidence[start] == 0 and start > 0:
        start += 1
    while end > start and evidence[end - 1] == 0 and end < len(tokens):
        end -= 1
    if not any(evidence[:start]):
        start = 0
    if not any(evidence[end:]):
        end = len(tokens)
    return _Part(start, end, bits)


def _typed(tokens: Sequence[str], way: _Way) -> str:
    """The tokens in the order in which they were typed."""
    if way.in_place:
        return "".join(token if token.isspace() else typed(_units(token)) for token in tokens)
    return typed(_units("".join(tokens)))


def _units(text: str) -> list[str]:
    """Letters with their marks, which stand before them where every character was turned."""
    behind = clusters(text)
    before = list(reversed(clusters(text[::-1])))
    return behind if misplaced_marks(behind) < misplaced_marks(before) else before


def _words_turned(tokens: Sequence[str], evidence: Sequence[float]) -> Change | None:
    """Words that are right, in an order that is not: the end of the sentence stands in front."""
    words = [token for token in tokens if not token.isspace()]
    if len(words) < 3 or words[0][0] not in _SENTENCE_ENDS or sum(evidence) > 0:
        return None
    if any(word[-1] in _ENDS for word in words) or not ARABIC.search(words[0]):
        return None
    moved = [
        word.lstrip("".join(_ENDS)) + word[: len(word) - len(word.lstrip("".join(_ENDS)))]
        for word in words
    ]
    return Change(" ".join(reversed(moved)), "the end of the sentence stood in front of the line")
