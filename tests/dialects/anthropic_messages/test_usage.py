"""Tokens in Anthropic's form and ours."""

from __future__ import annotations

import anthropic.types
import msgspec
import pytest
from hypothesis import given

from support.conversations import usages
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.usage import fresh_input_tokens, read_usage, write_usage
from vanguard.wire import anthropic_messages as wire


@given(usages())
def test_what_is_written_reads_the_same(usage: Usage) -> None:
    body = msgspec.json.encode(write_usage(usage))
    anthropic.types.Usage.model_validate_json(body)
    assert read_usage(msgspec.json.decode(body, type=wire.Usage)) == usage


@pytest.mark.parametrize(
    ("body", "earlier", "usage"),
    [
        (b"{}", None, Usage()),
        ((b'{"input_tokens":5,"output_tokens":1,"cache_read_input_tokens":3,'
         b'"cache_creation_input_tokens":2}'), None, Usage(10, 1, 3, 2)),
        ((b'{"input_tokens":5,"cache_creation_input_tokens":7,'
         b'"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4}}'),
         None, Usage(12, 0, 0, 3, 4)),
        # counts that no lifetime claims are of the shorter one
        (b'{"input_tokens":1,"cache_creation_input_tokens":7,"cache_creation":{}}',
         None, Usage(8, 0, 0, 7)),
        # a later event that tells the output alone keeps the input
        (b'{"output_tokens":9}', Usage(12, 1, 2, 3, 4), Usage(12, 9, 2, 3, 4)),
        # ... and cumulative counts replace earlier ones
        ((b'{"input_tokens":6,"output_tokens":9,"cache_read_input_tokens":0,'
         b'"cache_creation_input_tokens":0}'), Usage(12, 1, 2, 3, 4), Usage(6, 9)),
        # ... but nought takes nothing back
        (b'{"input_tokens":0,"output_tokens":9}', Usage(12, 1, 2, 3, 4), Usage(12, 9, 2, 3, 4)),
        ((b'{"input_tokens":0,"output_tokens":0,"cache_read_input_tokens":0,'
         b'"cache_creation_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0}}'),
         Usage(12, 1, 2, 3, 4, 1), Usage(12, 1, 2, 3, 4, 1)),
        (b'{"input_tokens":0,"cache_creation":{"ephemeral_1h_input_tokens":9}}',
         Usage(12, 1, 2, 3), Usage(11, 1, 2, 0, 9)),
        (b'{"output_tokens":9,"output_tokens_details":{"thinking_tokens":5}}', None,
         Usage(0, 9, reasoning_tokens=5)),
    ],
)  # fmt: skip
def test_counts_add_up(body: bytes, earlier: Usage | None, usage: Usage) -> None:
    assert read_usage(msgspec.json.decode(body, type=wire.Usage), earlier) == usage


COMPACTION = {"type": "compaction", "input_tokens": 180000, "output_tokens": 3500}
MESSAGE = {"type": "message", "input_tokens": 1000, "output_tokens": 500}


@pytest.mark.parametrize(
    ("counts", "iterations", "usage"),
    [
        (MESSAGE, [COMPACTION, MESSAGE], Usage(181000, 4000)),
        (MESSAGE, [MESSAGE], Usage(1000, 500)),
        (MESSAGE, [], Usage(1000, 500)),
        (MESSAGE, None, Usage(1000, 500)),
        # runs without counts of their own take nothing away
        (MESSAGE, [{"type": "message"}, COMPACTION], Usage(180000, 3500)),
        (MESSAGE, [{"type": "message"}], Usage(1000, 500)),
        # of several runs the counts may tell the first one's input
        ({"input_tokens": 400, "output_tokens": 500},
         [{"input_tokens": 400, "output_tokens": 100},
          {"type": "advisor_message", "input_tokens": 800, "output_tokens": 1600},
          {"input_tokens": 1300, "cache_read_input_tokens": 400, "output_tokens": 400}],
         Usage(2900, 2100, 400)),
        ({**MESSAGE, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 2,
          "cache_creation": {"ephemeral_1h_input_tokens": 7}},
         [{**COMPACTION, "cache_creation_input_tokens": 30, "cache_read_input_tokens": 5,
           "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10}},
          {**MESSAGE, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 2,
           "cache_creation": {"ephemeral_1h_input_tokens": 7}}],
         Usage(181044, 4000, 7, 20, 17)),
        ({**MESSAGE, "cache_creation_input_tokens": 7},
         [{**MESSAGE, "cache_creation_input_tokens": 7}], Usage(1007, 500, 0, 7)),
    ],
)  # fmt: skip
def test_all_runs_of_a_reply_are_charged_once(
    counts: dict[str, object], iterations: list[dict[str, object]] | None, usage: Usage
) -> None:
    body = msgspec.json.encode({**counts, "iterations": iterations})
    told = msgspec.json.decode(body, type=wire.Usage)
    assert read_usage(told) == usage
    assert read_usage(told, Usage(1000, 1)) == usage


def test_the_fresh_part_is_never_negative() -> None:
    assert fresh_input_tokens(Usage(5, 0, 9)) == 0


def test_what_the_runs_do_not_tell_is_not_taken_back() -> None:
    body = msgspec.json.encode({"output_tokens": 500, "iterations": [COMPACTION, MESSAGE]})
    told = msgspec.json.decode(body, type=wire.Usage)
    earlier = Usage(53_000, 1, 50_000, 2_000)
    assert read_usage(told, earlier) == Usage(181_000 + 52_000, 4_000, 50_000, 2_000)
