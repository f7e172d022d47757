import json

import pytest

from vanguard.gateway.routing.refusals import cause_of

OPENAI = {
    "error": {
        "message": "This model's maximum context length is 128000 tokens.",
        "code": "context_length_exceeded",
    }
}
ANTHROPIC = {
    "type": "error",
    "error": {
        "type": "invalid_request_error",
        "message": "prompt is too long: 210000 tokens > 200000 maximum",
    },
}
BEDROCK = {"message": "Input is too long for requested model."}
LLAMA = {
    "error": {
        "code": 400,
        "message": "the request exceeds the available context size",
        "type": "exceed_context_size_error",
    }
}
AZURE = {"error": {"code": "content_filter", "message": "The response was filtered"}}
IMAGES = {
    "error": {
        "code": "content_policy_violation",
        "message": "Your request was rejected by our safety system.",
    }
}


@pytest.mark.parametrize("body", [OPENAI, ANTHROPIC, BEDROCK, LLAMA])
def test_too_long_for_the_model(body):
    assert cause_of(400, json.dumps(body).encode()) == "context_overflow"


@pytest.mark.parametrize("body", [AZURE, IMAGES])
def test_content_that_the_provider_refuses(body):
    assert cause_of(400, json.dumps(body).encode()) == "content_policy"


def test_what_is_the_clients_to_mend_stays_with_it():
    assert cause_of(400, b'{"error":{"message":"max_tokens: must be positive"}}') is None
    assert cause_of(500, json.dumps(OPENAI).encode()) is None
    assert cause_of(404, b"context length") is None
    assert cause_of(400, b"") is None
