"""Chooses among the text layers of a page by how plausible each is once repaired, and says why.

It does not know how a layer is read, nor what reads a page whose layers cannot be trusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

import msgspec

from vanguard.documents.arabic.bidi import typed_order
from vanguard.documents.arabic.letters import (
    ARABIC,
    MARK,
    bare,
    base_letters,
    clusters,
    misplaced_marks,
)
from vanguard.documents.arabic.lexicon import Lexicon, packaged
from vanguard.documents.arabic.plausibility import Plausibility, plausibility
from vanguard.documents.arabic.repair import Repair, repair
from vanguard.documents.layers.assemble import lines_of
from vanguard.documents.layers.contract import Painted
from vanguard.documents.layers.missing import UNKNOWN, restored
from vanguard.documents.layers.places.furniture import find_furniture
from vanguard.documents.layers.places.seen import seen
from vanguard.documents.layers.places.stretch import without_strokes
from vanguard.documents.layers.rewrite import rewritten
from vanguard.documents.layers.structure.blocks import blocks_of, without_settings
from vanguard.documents.layers.upright import turned_words, upright
from vanguard.documents.page import Block, BlockKind, Line

# Below this a layer is not trusted; from one of these on, with another that agrees so far, no more are asked.
TRUSTED: Final = 0.6
# A text that another program read off a picture, and painted invisibly, is to be better than one that was typed.
TRUSTED_HIDDEN: Final = 0.85
SURE: Final = 0.97
_SAME_LETTERS: Final = 0.985
_FEW_MISPLACED: Final = 0.05
_SETTLED: Final = ((0.9, 0.97), (0.96, 0.85))
# How much agreement and completeness count against plausibility.
_AGREEMENT_WEIGHT: Final = 0.25
# What order repaired by words is worth less than order by places, what knowing the places is worth,
# and what marks cost that cannot be where they are.
_TURNED_COST: Final = 0.1
_PLACED: Final = 0.03
_MARKS_COST: Final = 0.3
# Layers so near each other are equal, and the one that was asked first is taken.
_EQUAL: Final = 0.02
_WHOLE: Final = 0.95
# A line of another layer takes the place of one that is so much less plausible than it.
_BETTER_BY: Final = 0.2
_OVERLAP: Final = 0.5
_NAMED_REPAIRS: Final = 4
_MOSTLY: Final = 0.5


# What needs no repair where places are known: a word's and a number's order. Strokes that stretch a word were
# typed, and belong to the text.
_BY_PLACES: Final = frozenset({"order", "digits", "tatweel"})


class Layer(msgspec.Struct, frozen=True):
    """One layer, repaired.

    Attributes:
        repairs: what was repaired, line by line.
        hidden: share of its glyphs that are painted invisibly, 0 to 1.
        problem: why there is nothing.
        page_height: in points; 0 where it is not known.
    """

    reader: str
    lines: tuple[Line, ...]
    plausibility: Plausibility
    repairs: tuple[Repair, ...] = ()
    hidden: float = 0.0
    problem: str = ""
    notes: tuple[str, ...] = ()
    page_height: float = 0.0

    @property
    def text(self) -> str:
        """Its lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


class Choice(msgspec.Struct, frozen=True):
    """What is to be taken for a page's text.

    Attributes:
        lines: in the order in which the file paints them; empty where no layer says anything.
        plausibility: 0 to 1.
        trusted: whether the lines can stand for the page; if not, read its picture.
        reader: the extractor, as in `Block.reader`; empty where there is no text.
        reasons: for `Block.reasons`.
        furniture: which lines run around the text, by their numbers.
        blocks: what the lines make up, without reasons; none where their places are not known.
    """

    lines: tuple[Line, ...]
    plausibility: float
    trusted: bool
    reader: str
    reasons: tuple[str, ...]
    furniture: dict[int, BlockKind] = {}
    blocks: tuple[Block, ...] = ()


def layer(
    painted: Painted, lexicon: Lexicon | None = None, glanced: Painted | None = None
) -> Layer:
    """What one extractor found, put in order and repaired; `glanced` is the page at a glance."""
    words = lexicon or packaged()
    notes: tuple[str, ...] = ()
    if painted.glyphs:
        painted, unseen = seen(painted, glanced.drawn if glanced is not None else ())
        lines, skip = lines_of(painted), _BY_PLACES
        if turned_words(lines, words):
            lines = upright(lines)
            notes += ("the letters of each word were painted from left to right",)
            skip -= {"digits"}
        lines, told = restored(lines, words)
        notes += (*told, *unseen)
    else:
        lines, skip = tuple(map(_by_places, painted.lines)), frozenset({"tatweel"})
    mended = repair([line.text for line in lines], lexicon=words, skip=skip)
    changed = {one.line for one in mended.repairs}
    lines = tuple(
        rewritten(line, mended.lines[at]) if at in changed else line
        for at, line in enumerate(lines)
    )
    lines = without_strokes(lines)
    hidden = sum(glyph.hidden for glyph in painted.glyphs) / (len(painted.glyphs) or 1)
    return Layer(
        painted.extractor,
        tuple(line for line in lines if line.words),
        plausibility("\n".join(line.text for line in lines), words),
        mended.repairs,
        hidden,
        painted.problem,
        notes,
        painted.height,
    )


def _by_places(line: Line) -> Line:
    """A line whose words come with boxes, in the order in which they are typed."""
    boxes = [word.box for word in line.words]
    if any(box is None for box in boxes) or not ARABIC.search(line.text):
        return line
    placed = sorted(line.words, key=lambda word: word.box.left if word.box else 0.0)
    units = [text for word in placed for text in (word.text, " ")][:-1]
    order = [at // 2 for at in typed_order(units) if at % 2 == 0]
    return msgspec.structs.replace(line, words=tuple(placed[at] for at in order), direction="rtl")


def settled(layers: Sequence[Layer]) -> bool:
    """Whether no further extractor needs to be asked: two agree, and one is beyond doubt."""
    if len(layers) < 2:
        return False
    best = max(layers, key=lambda one: one.plausibility.value)
    others = [other for other in layers if other is not best]
    agreed = max(agreement(best.text, other.text) for other in others)
    if any(best.plausibility.value >= sure and agreed >= by for sure, by in _SETTLED):
        return True
    same = max(same_letters(best.text, other.text) for other in others)
    return best.plausibility.value >= _SETTLED[0][0] and same >= _SAME_LETTERS


def confirmed(layers: Sequence[Layer], glanced: Painted | None) -> bool:
    """Whether the first layer needs no other beside it: nothing in it is doubted, and no letter is lacking.

    `glanced` is the page at a glance, whose letters stand in no order.
    """
    if glanced is None or len(layers) != 1:
        return False
    (first,) = layers
    if not first.lines:
        return (
            not first.problem and not glanced.lines
        )  # neither finds a text: the page is a picture
    if first.plausibility.value < _SETTLED[0][0] or _misplaced_share(first.text) > _FEW_MISPLACED:
        return False
    return same_letters(first.text, _glanced_text(glanced)) >= _SAME_LETTERS


def _glanced_text(glanced: Painted) -> str:
    return "\n".join(line.text for line in glanced.lines)


def agreement(one: str, two: str) -> float:
    """How many words two texts share, 0 to 1, whatever their order; 1 when both have none."""
    first, second = _words(one), _words(two)
    whole = first.total() + second.total()
    return 2 * (first & second).total() / whole if whole else 1.0


def same_letters(one: str, two: str) -> float:
    """How many letters two texts share, 0 to 1, whatever their order, marks and spaces."""
    first, second = _letter_counts(one), _letter_counts(two)
    whole = first.total() + second.total()
    return 2 * (first & second).total() / whole if whole else 1.0


def _letter_counts(text: str) -> Counter[str]:
    return Counter(filter(str.isalnum, bare(base_letters(text))))


def _words(text: str) -> Counter[str]:
    return Counter(bare(base_letters(text)).split())


def best_layer(
    layers: Sequence[Layer], lexicon: Lexicon | None = None, glanced: Painted | None = None
) -> Choice:
    """The most plausible layer, its weakest lines taken from others where those are better.

    `glanced` is the page at a glance, where it was looked at.
    """
    written = [one for one in layers if one.lines]
    if not written:
        problems = tuple(f"{one.reader}: {one.problem}" for one in layers if one.problem)
        return Choice((), 0.0, False, "", ("the page has no text layer", *problems))
    typical = median(_letters(one) for one in written)
    scores = [_score(one, written, typical) for one in written]
    best = next(
        one for one, score in zip(written, scores, strict=True) if score >= max(scores) - _EQUAL
    )
    lines, borrowed = _patched(best, written, lexicon)
    found = plausibility("\n".join(line.text for line in lines), lexicon)
    complete = _complete(best, typical)
    value = found.value * complete
    least = TRUSTED_HIDDEN if best.hidden > _MOSTLY else TRUSTED
    trusted = value >= least or _numbers_alone(best, written)
    reasons = [_compared(written, scores, glanced), *best.notes, *_repaired(best), *borrowed]
    if best.hidden > _MOSTLY:
        reasons.append("the text is invisible: another program's reading of a picture")
    if complete < _WHOLE:
        reasons.append(f"it lacks {1 - complete:.0%} of the letters that others find")
    if not trusted:
        reasons.append(
            f"not trusted: plausibility {value:.2f}, {found.known} of {found.words} words known"
        )
    furniture = find_furniture(lines, best.page_height)
    blocks = _blocks(lines, best, glanced)
    return Choice(
        without_settings(lines), value, trusted, best.reader, tuple(reasons), furniture, blocks
    )


def _blocks(lines: Sequence[Line], best: Layer, glanced: Painted | None) -> tuple[Block, ...]:
    if glanced is None:
        return ()
    size = (glanced.width, glanced.height)
    return blocks_of(lines, best.reader, glanced.drawn, size)


def _numbers_alone(best: Layer, layers: Sequence[Layer]) -> bool:
    """Whether there is no word to weigh, and another extractor says the same."""
    if any(letter.isalpha() for letter in best.text) or best.plausibility.unknown_share:
        return False
    return any(agreement(best.text, one.text) >= SURE for one in layers if one is not best)


def _letters(one: Layer) -> int:
    """How many there are, those nobody can read among them."""
    return sum(letter.isalnum() or letter == UNKNOWN for letter in one.text)


def _complete(one: Layer, typical: float) -> float:
    """Which part it has of what a layer of this page has, 0 to 1."""
    return min(1.0, _letters(one) / typical) if typical else 1.0


def _score(one: Layer, layers: Sequence[Layer], typical: float) -> float:
    """Plausibility, less what is missing against the others and what was turned, more where others agree."""
    complete = _complete(one, typical)
    others = [agreement(one.text, other.text) for other in layers if other is not one]
    agreed = sum(others) / len(others) if others else 0.0
    turned = sum(repair.name == "order" for repair in one.repairs) / (len(one.lines) or 1)
    placed = _PLACED if any(line.box for line in one.lines) else 0.0
    return (
        one.plausibility.value * complete
        + _AGREEMENT_WEIGHT * agreed
        - _TURNED_COST * turned
        - _MARKS_COST * _misplaced_share(one.text)
        + placed * complete
    )


def _misplaced_share(text: str) -> float:
    """Of the marks those that cannot be where they are."""
    marks = len(MARK.findall(text))
    return misplaced_marks(clusters(text)) / marks if marks else 0.0


def _compared(layers: Sequence[Layer], scores: Sequence[float], glanced: Painted | None) -> str:
    named = sorted(zip(scores, layers, strict=True), key=lambda pair: -pair[0])
    told = "plausibility: " + ", ".join(
        f"{one.reader} {one.plausibility.value:.2f}" for _, one in named
    )
    if len(layers) > 1 or glanced is None:
        return told
    same = same_letters(layers[0].text, _glanced_text(glanced))
    return f"{told}; at a glance PDFium sees {same:.1%} of the same letters"


def _repaired(best: Layer) -> Iterable[str]:
    counts = Counter(one.name for one in best.repairs)
    for name, count in counts.most_common(_NAMED_REPAIRS):
        yield f"repaired {name} in {count} {'line' if count == 1 else 'lines'}"


def _patched(
    best: Layer, layers: Sequence[Layer], lexicon: Lexicon | None
) -> tuple[tuple[Line, ...], list[str]]:
    """The best layer's lines, those in doubt replaced by another's of the same place."""
    lines = list(best.lines)
    borrowed: Counter[str] = Counter()
    for at, line in enumerate(lines):
        found = plausibility(line.text, lexicon)
        own = found.value
        if own >= TRUSTED or not found.words + found.unknown_share or line.box is None:
            continue
        for other in layers:
            better = None if other is best else _same_place(line, other.lines)
            if better is not None and plausibility(better.text, lexicon).value >= own + _BETTER_BY:
                lines[at] = better
                borrowed[other.reader] += 1
                break
    notes = [f"{count} doubtful lines from {name}" for name, count in borrowed.items()]
    return tuple(lines), notes


def _same_place(line: Line, others: Sequence[Line]) -> Line | None:
    for other in others:
        if other.box is None or line.box is None:
            continue
        wide = min(line.box.right, other.box.right) - max(line.box.left, other.box.left)
        high = min(line.box.bottom, other.box.bottom) - max(line.box.top, other.box.top)
        if wide > 0 and high > 0:
            least = min(line.box.width * line.box.height, other.box.width * other.box.height)
            similar = 0.7 <= (other.box.width or 1) / (line.box.width or 1) <= 1.4
            if similar and wide * high >= _OVERLAP * least:
                return other
    return None
