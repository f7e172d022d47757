"""Channels made of masks and masks made of channels."""

from __future__ import annotations

from support.masks import SECRETS
from vanguard.dialects.text.contract import WholeText, at_once


def test_a_whole_text_is_masked_when_it_ends() -> None:
    channel = WholeText(SECRETS)
    assert channel.feed("sec") + channel.feed("ret!") == ""
    assert channel.finish() == '"\\hush"!'


def test_at_once_gives_each_text_its_own_run() -> None:
    mask = at_once(SECRETS.channel)
    assert mask("a sec") == "a sec"
    assert mask("ret") == "ret"
    assert mask("secret") == '"\\hush"'
