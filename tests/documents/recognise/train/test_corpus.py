import numpy as np

from vanguard.documents.recognise.alphabet import classes
from vanguard.documents.recognise.strips import HEIGHT_PX, STEP_PX
from vanguard.documents.recognise.train.chips import Chip
from vanguard.documents.recognise.train.corpus import Corpus, stacked, vary


def chip(text, wide):
    strip = np.zeros((HEIGHT_PX, wide), np.uint8)
    strip[8:24, 4:-4] = 200
    return Chip(strip, text)


CHIPS = [chip("12", 40), chip("٣٤٫٥", 60), chip("abc", 36), chip("7", 24)]


def test_each_strip_is_seen_once_with_its_own_label():
    corpus = Corpus(CHIPS)
    assert len(corpus) == 4
    assert np.array_equal(corpus.strip(1), CHIPS[1].strip)
    seen = []
    for batch in corpus.batches(3, np.random.default_rng(1)):
        assert batch.strips.shape[:3] == (len(batch.lengths), 1, HEIGHT_PX)
        assert batch.strips.shape[3] % STEP_PX == 0
        assert 0 <= batch.strips.min() <= batch.strips.max() <= 1
        ends = np.cumsum(batch.lengths)
        seen += [tuple(part) for part in np.split(batch.labels, ends[:-1])]
    assert sorted(seen) == sorted(classes(one.text) for one in CHIPS)


def test_texts_that_do_not_fit_their_strip_are_left_out():
    assert len(Corpus([chip("123456789", 20), chip("12", 40)])) == 1
    assert len(Corpus([])) == 0


def test_strips_are_varied_yet_stay_strips():
    chance = np.random.default_rng(5)
    one = CHIPS[0].strip
    varied = [vary(one, chance) for _ in range(20)]
    assert len({each.shape[1] for each in varied}) > 1
    assert all(each.shape[0] == HEIGHT_PX and each.dtype == np.uint8 for each in varied)
    assert not all(np.array_equal(each, one) for each in varied)
    assert np.array_equal(one, CHIPS[0].strip)


def test_narrower_strips_get_paper_behind_them():
    both = stacked([CHIPS[0].strip, CHIPS[3].strip])
    assert both.shape == (2, 1, HEIGHT_PX, 40)
    assert both[1, 0, :, 24:].max() == 0
