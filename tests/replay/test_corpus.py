"""The golden corpus, in all nine pairs of client and upstream: see `support.corpus`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import corpus
from support.replies import anthropic_events, openai_chunks
from support.response_events import response_events
from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.contract import Losses
from vanguard.dialects.registry import DIALECTS

REQUESTS, REPLIES = corpus.cases("requests"), corpus.cases("replies")
CHECKS = {
    "openai_chat": openai_chunks,
    "anthropic_messages": anthropic_events,
    "openai_responses": response_events,
}
EACH_REQUEST = pytest.mark.parametrize("path", REQUESTS, ids=[path.stem for path in REQUESTS])
EACH_REPLY = pytest.mark.parametrize("path", REPLIES, ids=[path.stem for path in REPLIES])


def test_every_dialect_is_a_source() -> None:
    for paths in (REQUESTS, REPLIES):
        assert {corpus.read(path)["dialect"] for path in paths} == set(corpus.THREE)


@EACH_REQUEST
def test_a_request_becomes_what_is_expected_in_every_dialect(path: Path) -> None:
    case = corpus.read(path)
    assert corpus.outcomes("requests", case) == case["to"]


@EACH_REQUEST
def test_strict_refuses_exactly_what_loses(path: Path) -> None:
    case = corpus.read(path)
    for target, expected in case["to"].items():
        if target == case["dialect"] or "refused" in expected:
            continue
        conversation = DIALECTS[case["dialect"]].read_request(json.dumps(case["request"]).encode())
        if not expected["losses"]:
            DIALECTS[target].write_request(conversation, Losses(strict=True))
            continue
        with pytest.raises(UnsupportedFeature) as caught:
            DIALECTS[target].write_request(conversation, Losses(strict=True))
        assert caught.value.param


@EACH_REPLY
def test_a_reply_becomes_what_is_expected_for_every_client(path: Path) -> None:
    case = corpus.read(path)
    assert corpus.outcomes("replies", case) == case["to"]


@EACH_REPLY
def test_a_whole_stream_is_valid_for_the_clients_sdk(path: Path) -> None:
    case = corpus.read(path)
    for client, expected in case["to"].items():
        if client != case["dialect"] and "stream" in expected and "error" not in expected:
            CHECKS[client]("".join(expected["stream"]).encode())


@pytest.mark.parametrize("size", [1, 5])
@EACH_REPLY
def test_where_a_stream_is_cut_does_not_matter(path: Path, size: int) -> None:
    case = corpus.read(path)
    if "whole" in case:
        return
    for client in corpus.THREE:
        assert corpus.reply_outcome(case, client, size) == case["to"][client]
