"""A page from its kind and seed."""

import dataclasses

import numpy as np
import pytest

from support.synthetic import PAPER, page, settings
from vanguard.core.errors import SettingsError
from vanguard.documents.synth.degrade import plan
from vanguard.documents.synth.make import make_page, prepare
from vanguard.documents.synth.pages.kinds import KINDS
from vanguard.documents.synth.text.source import Texts


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_text_within_its_paper(kind):
    made = page(kind)
    found = made.document.pages[0]
    assert (found.width, found.height) == PAPER
    assert made.image.shape == (*tuple(round(side * made.dpi / 72) for side in PAPER[::-1]), 3) or (
        abs(made.image.shape[0] - PAPER[1] * made.dpi / 72) <= 1
    )
    assert len(found.text) > 80
    boxes = [block.box for block in found.blocks]
    assert all(box.left >= 0 and box.top >= 0 for box in boxes)
    assert all(box.right <= PAPER[0] and box.bottom <= PAPER[1] for box in boxes)
    assert made.sources
    assert all(licence for _, _, licence in made.sources)


def test_the_same_seed_gives_the_same_page_and_another_another():
    again = page.__wrapped__("letter")
    assert again.pdf == page("letter").pdf
    assert np.array_equal(again.image, page("letter").image)
    assert again.document == page("letter").document
    assert page("letter", 2).document != again.document


def test_scans_are_degraded_whatever_is_asked_and_their_boxes_moved():
    made = page("skewed_scan")
    assert "skew" in dict(made.steps)
    assert made.dpi == 100
    assert made.document != made.clean
    assert made.document.pages[0].text == made.clean.pages[0].text
    assert page("letter").document is page("letter").clean


def test_degradation_changes_the_image_alone():
    asked = plan.parse("gaussian_noise:2")
    made = make_page("letter", 1, settings(degrade=asked))
    assert made.pdf == page("letter").pdf
    assert made.steps == (("gaussian_noise", 2),)
    assert not np.array_equal(made.image, page("letter").image)


def test_a_page_with_text_of_a_benchmark_is_made_anew_until_no_try_is_left():
    first = page("letter").clean.pages[0].text
    made = make_page("letter", 1, settings(refuse=lambda text: text == first))
    assert made.refused == 1
    assert made.clean.pages[0].text != first
    with pytest.raises(SettingsError, match="all 20 tries"):
        make_page("letter", 1, settings(refuse=lambda _: True, paper=(120, 120)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dpi": 20}, "dpi 20"),
        ({"faces": ()}, "no font for this split"),
        ({"texts": Texts(())}, "no plain text"),
    ],
)
def test_what_cannot_be_is_said(changes, message):
    wrong = dataclasses.replace(settings(), **changes)
    with pytest.raises(SettingsError, match=message):
        make_page("plain", 1, wrong)


@pytest.mark.fonts
def test_pages_of_the_splits_share_no_font_and_no_passage():
    pages = {
        split: [make_page("plain", seed, prepare(split, "mixed", 50)) for seed in range(3)]
        for split in ("train", "held_out")
    }
    for what in (lambda made: {made.font.family}, lambda made: {s for s in made.sources if s[1]}):
        one, two = (set().union(*map(what, pages[split])) for split in ("train", "held_out"))
        assert one
        assert not one & two


def test_an_unknown_kind_is_named():
    with pytest.raises(SettingsError, match="known are plain"):
        make_page("plane", 1, settings())


def test_a_split_that_is_none_is_refused():
    with pytest.raises(SettingsError, match="no split 'held-out'; there are all, train, held_out"):
        prepare("held-out")
