"""How many tokens a page takes."""

import pytest

from support.documents import pages_to_learn
from support.documents.training import logits, recipe
from vanguard.core.errors import InvalidRequest
from vanguard.documents.train.examples import load

pytestmark = pytest.mark.e2e


@pytest.fixture
def processor(tiny):
    from vanguard.documents.train.model.base import load_processor

    return load_processor(tiny, recipe())


def test_it_is_what_the_model_sees(tiny, learnt, processor):
    from vanguard.documents.train.model.base import load_model, served_dtype
    from vanguard.documents.train.model.lengths import fitting

    examples = load(learnt).examples[:1]
    kept, longest = fitting(examples, processor, 256)
    model = load_model(tiny, served_dtype(recipe()))
    assert kept == examples
    assert longest == logits(model, processor, examples[0]).shape[1]


def test_what_is_too_long_is_left_out_not_cut(processor, tmp_path):
    from vanguard.documents.train.model.lengths import fitting

    pages_to_learn.make(tmp_path, ("بيت", "كلمة " * 300, "قلم"))
    kept, longest = fitting(load(tmp_path).examples, processor, 256)
    assert [one.answer for one in kept] == ["بيت", "قلم"]
    assert longest <= 256


def test_an_image_that_is_none_is_named(processor, tmp_path):
    from vanguard.documents.train.model.lengths import fitting

    pages_to_learn.make(tmp_path)
    (tmp_path / "images/page-3.png").write_bytes(b"no image")
    with pytest.raises(InvalidRequest, match=r"page-3\.png"):
        fitting(load(tmp_path).examples, processor, 256)
