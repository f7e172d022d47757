"""Reading pages with a model."""

import pytest

from support.documents.training import recipe
from vanguard.documents.train.examples import load

pytestmark = pytest.mark.e2e


def test_each_page_is_told_of_with_no_more_tokens_than_asked(tiny, learnt):
    from vanguard.documents.train.model import base
    from vanguard.documents.train.model.read import read

    examples = load(learnt).examples[:2]
    model, processor = (
        base.load_model(tiny, base.served_dtype(recipe())),
        base.load_processor(tiny, recipe()),
    )
    told = []
    read(model, processor, examples, 5, lambda example, text: told.append((example, text)))
    assert [example for example, _ in told] == list(examples)
    for _, text in told:
        assert 0 < len(processor.tokenizer(text)["input_ids"]) <= 10
        assert "<|" not in text
    again = []
    read(model, processor, examples, 5, lambda example, text: again.append((example, text)))
    assert again == told
