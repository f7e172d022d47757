"""Google's own SDK against the embedded model: shape and usage, never words."""

from __future__ import annotations

import math

import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def models(platform):
    from google import genai  # its import takes seconds
    from google.genai import types

    options = types.HttpOptions(base_url=platform.base_url, timeout=60_000)
    with genai.Client(api_key=platform.key, http_options=options) as client:
        yield client.models


def test_a_whole_answer_and_its_usage(models):
    answer = models.generate_content(
        model="default", contents="Say hello.", config={"max_output_tokens": 12}
    )
    assert answer.text
    assert answer.candidates[0].finish_reason in {"STOP", "MAX_TOKENS"}
    assert 1 <= answer.usage_metadata.candidates_token_count <= 12


def test_a_stream(models):
    chunks = list(
        models.generate_content_stream(
            model="default", contents="Say hello.", config={"max_output_tokens": 12}
        )
    )
    assert "".join(chunk.text or "" for chunk in chunks)
    assert chunks[-1].candidates[0].finish_reason in {"STOP", "MAX_TOKENS"}
    assert chunks[-1].usage_metadata.prompt_token_count > 0


def test_tokens_are_counted_by_the_model_itself(models):
    short = models.count_tokens(model="default", contents="hello").total_tokens
    long = models.count_tokens(model="default", contents="hello " * 50).total_tokens
    assert 0 < short < long


def test_embeddings(models):
    answer = models.embed_content(model="default-embedding", contents=["cat", "chat"])
    cat, chat = (one.values for one in answer.embeddings)
    assert len(cat) == len(chat) > 100
    assert math.isclose(sum(value * value for value in cat), 1, rel_tol=0.01)


def test_a_picture_is_refused_by_a_model_that_reads_text_only(models):
    from google.genai import errors, types

    picture = types.Part.from_bytes(data=b"\x89PNG", mime_type="image/png")
    with pytest.raises(errors.ClientError, match="text only"):
        models.generate_content(model="default", contents=[picture, "What is it?"])
