"""Scores pairs of pages under a profile.

It does not know files or the command line. Numbers, marks and reading order are measured on texts of
their own forms, whatever the profile, because a profile that folds them could not see them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import version

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.documents.evaluate import figures, letters
from vanguard.documents.evaluate.forms import lenient, strict
from vanguard.documents.evaluate.forms.contract import Form
from vanguard.documents.evaluate.forms.registry import FORMS
from vanguard.documents.evaluate.metrics import (
    bootstrap,
    edits,
    marks,
    numbers,
    order,
    published,
    tables,
)
from vanguard.documents.evaluate.result import Evaluation, Method, PageScore
from vanguard.documents.evaluate.sources.content import Content
from vanguard.documents.evaluate.sources.files import Pair, Pairs, each_reason

LIBRARIES = ("rapidfuzz", "sacrebleu", "apted", "lxml", "markdown-it-py")
Sums = dict[str, list[float]]


class Settings(msgspec.Struct, frozen=True):
    """How to evaluate.

    Attributes:
        profile: name of a normal form.
        draws: how often documents are drawn for the intervals; 0 for none.
        seed: of the drawing.
    """

    profile: str = "strict"
    draws: int = 1000
    seed: int = 0


def evaluate(
    pairs: Pairs, settings: Settings, seen: Callable[[Pair], None] = lambda _: None
) -> Evaluation:
    """The figures of all pairs, of which there is at least one.

    Args:
        pairs: pages of truth and what was read of them.
        settings: see there.
        seen: is told of each pair when it is scored.

    Raises:
        InvalidRequest: there is no such profile.
    """
    form = form_of(settings.profile)
    scores: list[PageScore] = []
    documents: dict[str, list[Sums]] = defaultdict(list)
    for pair in pairs.pairs:
        score, sums = score_page(pair, form)
        scores.append(score)
        documents[pair.document].append(sums)
        seen(pair)
    by_document = [bootstrap.summed(pages) for pages in documents.values()]
    total = bootstrap.summed(by_document)
    return Evaluation(
        method=_method(form, settings),
        documents=len(documents),
        failed=sum(bool(score.failed) for score in scores),
        cer=edits.rates([score.characters for score in scores]),
        wer=edits.rates([score.words for score in scores]),
        figures={name: figure(total) for name, figure in figures.FIGURES.items()},
        intervals=bootstrap.intervals(
            by_document, figures.FIGURES, draws=settings.draws, seed=settings.seed
        ),
        pages=tuple(sorted(scores, key=badness)),
        extra=pairs.extra,
        unreadable=pairs.unreadable,
        notes=(*each_reason(pairs), *_limits(scores)),
    )


def form_of(profile: str) -> Form:
    """The form of a profile.

    Raises:
        InvalidRequest: there is none of that name.
    """
    if profile not in FORMS:
        raise InvalidRequest(f"there is no profile {profile!r}; there are {', '.join(FORMS)}")
    return FORMS[profile]


def score_page(pair: Pair, form: Form) -> tuple[PageScore, Sums]:
    """One page's score, and what it adds to each sum."""
    truth, prediction, failed = pair.truth, pair.prediction, failure(pair, form)
    if failed:
        prediction = Content(failed=failed)
    texts = form.text(truth), form.text(prediction)
    characters, words = edits.characters(*texts), edits.words(*texts)
    if failed:
        characters, words = edits.lost(characters), edits.lost(words)
    printed = _printed(prediction), _printed(truth)
    score = PageScore(
        name=pair.name,
        document=pair.document,
        failed=failed,
        cer=characters.rate,
        wer=words.rate,
        characters=characters,
        words=words,
        tables=tables.compare(form.tables(prediction), form.tables(truth)),
        numbers=numbers.compare(*printed, fold=False),
        numbers_folded=numbers.compare(*printed, fold=True),
        marks=marks.compare(strict.normal(prediction.text), strict.normal(truth.text)),
        order=_order(prediction, truth),
    )
    return score, figures.sums(score, _statistics(prediction, truth, form))


def failure(pair: Pair, form: Form) -> str:
    """Why a page failed; empty when something was read, or nothing was to be read."""
    if pair.prediction.failed:
        return pair.prediction.failed
    if form.whole(pair.truth) and not form.whole(pair.prediction):
        return "nothing was read"
    return ""


def badness(score: PageScore) -> tuple[bool, float, str]:
    """Sorts pages: failed ones first, then by their rates."""
    return not score.failed, -max(score.cer, score.wer), score.name


def _printed(content: Content) -> str:
    return letters.visible(letters.base_letters(content.text))


def _order(prediction: Content, truth: Content) -> order.Order:
    blocks = [lenient.normal(piece.text) for piece in truth.pieces]
    return order.compare(lenient.normal(prediction.text), blocks)


def _statistics(prediction: Content, truth: Content, form: Form) -> dict[str, list[int]]:
    text = form.text(prediction), form.text(truth)
    known = {text: published.chrf_statistics(*text)}
    parts = {
        "chrf": text,
        "chrf_body": (form.body(prediction), form.body(truth)),
        "chrf_whole": (form.whole(prediction), form.whole(truth)),
    }
    for both in parts.values():
        if both not in known:
            known[both] = published.chrf_statistics(*both)
    return {
        "bleu": published.bleu_statistics(*text),
        **{name: known[both] for name, both in parts.items()},
    }


def _method(form: Form, settings: Settings) -> Method:
    return Method(
        profile=form.name,
        form=form.version,
        source=form.source,
        libraries={name: version(name) for name in LIBRARIES},
        draws=settings.draws,
        seed=settings.seed,
    )


def _limits(scores: list[PageScore]) -> list[str]:
    """What was too large to be measured exactly."""
    notes = []
    for score in scores:
        if score.characters.rough or score.words.rough:
            notes.append(f"{score.name}: too long to compare, its errors are an upper bound")
        if score.tables.rough:
            notes.append(
                f"{score.name}: {score.tables.rough} comparisons of tables too large for the exact"
                " TEDS; theirs is a lower bound"
            )
        if score.marks.skipped:
            notes.append(f"{score.name}: too long for marks to be compared")
    return notes
