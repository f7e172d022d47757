from types import SimpleNamespace

import pytest

from vanguard.core.usage import Media, Usage
from vanguard.gateway.call.charged import charged_usage, estimate_input_tokens, past
from vanguard.gateway.doors import DOORS

CHAT, COUNT = DOORS["/v1/chat/completions"], DOORS["/v1/messages/count_tokens"]
TOLD = Usage(20, 5, cache_read_tokens=3)
AUDIO = Media(input_audio_tokens=15)
HEARD = Usage(20, 5, media=AUDIO)


def relay(told=None, tokens=0, *, done=False, failed=False):
    return SimpleNamespace(usage=lambda: told, tokens=tokens, done=done, failed=lambda: failed)


def exchange(limit=None, door=CHAT, body=b"x" * 40):
    return SimpleNamespace(limit_tokens=limit, door=door, body=body)


@pytest.mark.parametrize(
    ("answer", "status", "body_bytes", "charged"),
    [
        (relay(TOLD), "ok", 900, TOLD),
        (relay(TOLD, 2, done=True), "ok", -1, TOLD),
        # the provider's count came early and the answer went on: what was seen is more
        (relay(TOLD, 9), "truncated", -1, Usage(20, 9, 3, estimated=True)),
        (relay(TOLD, 9, done=True, failed=True), "truncated", -1, Usage(20, 9, 3, estimated=True)),
        (relay(HEARD, 9), "truncated", -1, Usage(20, 9, estimated=True, media=AUDIO)),
        (relay(TOLD, 4), "cancelled", -1, TOLD),
        # nothing was told
        (relay(None, 7), "truncated", -1, Usage(11, 7, estimated=True)),
        (relay(None), "ok", 400, Usage(11, 100, estimated=True)),
    ],
)
def test_the_providers_own_count_or_what_was_seen(answer, status, body_bytes, charged):
    assert charged_usage(exchange(), answer, status, body_bytes) == charged


def test_what_a_budget_cut_is_charged_to_its_limit_and_no_guess_goes_beyond_it():
    assert charged_usage(exchange(50), relay(None, 9), "cut", -1).output_tokens == 50
    assert charged_usage(exchange(50), relay(None), "ok", 4_000).output_tokens == 50


@pytest.mark.parametrize("seen", [9, 300])
@pytest.mark.parametrize("told", [None, Usage(20, 1), Usage(20, 10_000)])
def test_what_a_budget_cut_is_charged_alike_however_the_network_divides_it(seen, told):
    charged = charged_usage(
        exchange(50), relay(told, seen, done=told == Usage(20, 10_000)), "cut", -1
    )
    assert charged.output_tokens == 50
    assert charged.estimated


def test_counting_tokens_costs_none():
    assert charged_usage(exchange(door=COUNT), relay(None), "ok", 40) == Usage()


def test_a_text_that_is_not_ascii_has_more_tokens():
    assert estimate_input_tokens(b"x" * 12) == 4
    assert estimate_input_tokens("مرحبا!".encode()) == 11 // 3 + 1


def test_an_answer_is_past_its_limit_by_its_events_or_by_their_bytes():
    assert not past(10, 10, 10, 10 * 512)
    assert past(10, 11, 0, 0)
    # few events that hold many tokens each
    assert not past(10, 1, 1, 10 * 16 + 3 * 512)
    assert past(10, 1, 1, 10 * 16 + 3 * 512 + 1)
