import pytest

from vanguard.gateway.routing.quota.told import Told, read_told


def headers(**named):
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]


def test_openai():
    told = read_told(
        headers(
            x_ratelimit_limit_requests="5000",
            x_ratelimit_limit_tokens="160000",
            x_ratelimit_remaining_requests="4999",
            x_ratelimit_remaining_tokens="159976",
            x_ratelimit_reset_tokens="9ms",
        )
    )
    assert told == Told(requests=(5000, 4999), tokens=(160000, 159976))


def test_anthropic_tells_input_and_output_apart():
    told = read_told(
        headers(
            anthropic_ratelimit_input_tokens_limit="80000",
            anthropic_ratelimit_input_tokens_remaining="79000",
            anthropic_ratelimit_output_tokens_limit="16000",
            anthropic_ratelimit_output_tokens_remaining="0",
            anthropic_ratelimit_requests_limit="1000",
            anthropic_ratelimit_requests_remaining="999",
            anthropic_ratelimit_requests_reset="2026-11-21T12:40:59Z",
        )
    )
    assert told == Told(requests=(1000, 999), input=(80000, 79000), output=(16000, 0))


@pytest.mark.parametrize(
    "pairs",
    [
        {},
        {"content_type": "application/json"},
        # Azure's Responses, when it does not know
        {"x_ratelimit_limit_tokens": "-1", "x_ratelimit_remaining_tokens": "-1"},
        {"x_ratelimit_remaining_tokens": "5"},
        {"x_ratelimit_limit_tokens": "0", "x_ratelimit_remaining_tokens": "0"},
        {"x_ratelimit_limit_tokens": "1e9", "x_ratelimit_remaining_tokens": "nan"},
        {"x_ratelimit_limit_tokens": "9" * 40, "x_ratelimit_remaining_tokens": "1"},
    ],
)
def test_what_is_not_told_whole_is_not_told(pairs):
    assert read_told(headers(**pairs)) is None
