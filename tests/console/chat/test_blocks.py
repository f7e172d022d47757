from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.console.chat.blocks import Block, blocks

LINES = st.lists(
    st.sampled_from(["", "text", "  indented", "```", "```python", "~~~", "````", "` a `", "<b>"])
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n", []),
        ("a\nb", [Block("prose", "a\nb")]),
        (
            "a\n```python x\n  1\n\n```\nb",
            [Block("prose", "a"), Block("code", "  1\n", "python"), Block("prose", "b")],
        ),
        ("```\nopen", [Block("code", "open")]),
        ("````\n```\n````", [Block("code", "```")]),
        ("~~~\n```\n~~~~", [Block("code", "```")]),
        ("```a`b\nno fence", [Block("prose", "```a`b\nno fence")]),
        ("```\r\nx\r\n```", [Block("code", "x\r")]),
    ],
)
def test_blocks(text: str, expected: list[Block]) -> None:
    assert blocks(text) == expected


@given(LINES)
def test_no_line_is_lost(lines: list[str]) -> None:
    shown = "\n".join(block.text for block in blocks("\n".join(lines)))
    for line in ("text", "  indented", "<b>"):
        assert shown.count(line) == lines.count(line)


@given(LINES, st.integers(min_value=0, max_value=40))
def test_a_growing_text_keeps_its_finished_blocks(lines: list[str], first: int) -> None:
    """What has been drawn from whole lines stays as it is, but for the last block."""
    early = blocks("".join(f"{line}\n" for line in lines[:first]))
    late = blocks("".join(f"{line}\n" for line in lines))
    assert list(early[:-1]) == late[: len(early[:-1])]
