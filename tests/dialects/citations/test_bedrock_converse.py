"""Converse's citations, as botocore reads them."""

from __future__ import annotations

import json

import msgspec
import pytest

from support.bedrock import read_reply
from vanguard.dialects.citations.bedrock_converse import read_citation, write_citation
from vanguard.dialects.conversation import Extract, Source
from vanguard.wire import bedrock_converse as wire

SOURCES = [
    Source("", "Doc", "grass", Extract("char", 0, 3, 8)),
    Source("", "Doc", "grass", Extract("page", 1, 1, 2)),
    Source("", "Doc", "", Extract("block", 0, 0, 1)),
    Source("https://x", "X", "grass", Extract("result", 2, 0, 1)),
    Source("https://y/z", "Y", "grass"),
    Source("no address", "Y", "grass"),
    Source("http://[", "Y", "grass"),
    Source("", "only a title"),
]


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_written_is_converses_and_reads_the_same(source: Source) -> None:
    written = write_citation(source)
    block = {"citationsContent": {"content": [{"text": "green"}], "citations": [written]}}
    reply = {"output": {"message": {"role": "assistant", "content": [block]}}}
    found = read_reply(json.dumps(reply).encode())["output"]["message"]["content"][0]
    assert found == block
    said = msgspec.json.decode(msgspec.json.encode(written), type=wire.ReplyCitation)
    assert read_citation(said) == source
