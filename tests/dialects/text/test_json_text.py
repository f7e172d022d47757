"""JSON within text: masked value by value, valid before and after, in pieces of any size."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effort import times
from support.masks import NEVER, SECRETS, Guard
from vanguard.core.policy import Rule
from vanguard.dialects.text.json_text import JsonText, mask_json

WORDS = ["secret", "sec", "ret", "1234", "12", "a@b.com", "a", "é", "😀", '"', "\\", "\n", "/", " "]
words = st.lists(st.sampled_from(WORDS), max_size=5).map("".join)
values = st.recursive(
    st.one_of(
        words,
        st.integers(-99999, 99999),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(words, values, max_size=4)
cut_lists = st.lists(st.integers(0, 400), max_size=10)


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(places)]


def streamed(guard: Guard, parts: list[str]) -> str:
    channel = JsonText(guard.channel)
    return "".join([*(channel.feed(part) for part in parts), channel.finish()])


def masked_value(guard: Guard, value: object) -> object:
    """What masking means, on the tree that the text stands for."""
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, dict):
        return [(guard(name), masked_value(guard, inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [masked_value(guard, inner) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    written = json.dumps(value)
    return value if guard(written) == written else guard(written)


def pairs(text: str) -> object:
    return json.loads(text, object_pairs_hook=lambda found: found)


@settings(max_examples=times(3))
@given(value=objects, cuts=cut_lists, ascii_only=st.booleans())
def test_what_stays_keeps_its_very_characters(
    value: object, cuts: list[int], ascii_only: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert streamed(NEVER, pieces(text, cuts)) == text
    assert mask_json(text, NEVER) == text


@settings(max_examples=times(3))
@given(value=objects, cuts=cut_lists, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_masking_the_text_is_masking_the_values(
    value: object, cuts: list[int], ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert pairs(mask_json(text, SECRETS)) == masked_value(SECRETS, value)
    strings_only = json.dumps(_without_numbers(value), ensure_ascii=ascii_only)
    whole = pairs(mask_json(strings_only, SECRETS))
    assert pairs(streamed(SECRETS, pieces(strings_only, cuts))) == whole


def _without_numbers(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_numbers(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None
    return value


TAIL = Guard(Rule(name="x", pattern="(?<=1)2|5$|e"))


@settings(max_examples=times(3))
@given(value=objects, cuts=cut_lists)
def test_numbers_masked_in_part_stay_valid_json_however_they_are_cut(
    value: object, cuts: list[int]
) -> None:
    json.loads(streamed(TAIL, pieces(json.dumps(value), cuts)))


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ('{"card": 12345}', '{"card": "[digits]"}'),
        ('{"card": 123, "t": true}', '{"card": 123, "t": true}'),
        ('{"a": "\\u0073ecret"}', '{"a": "\\"\\\\hush\\""}'),  # escapes hide nothing
        ('{"secret": 1}', '{"\\"\\\\hush\\"": 1}'),
        ('{"a": "x\\u00e9", "b": "secret"}', '{"a": "x\\u00e9", "b": "\\"\\\\hush\\""}'),
        ('["secret"', '["\\"\\\\hush\\""'),
        ('{"a": "sec', '{"a": "sec'),  # cut off by a limit
        ('{"a": "b\\u00', '{"a": "b\\u00'),
        ("my secret", 'my "\\hush"'),  # no JSON: one text
        ("{my secret, a@b.com}", '{my "\\hush", [mail]}'),
        ("{tru secret}", '{tru "\\hush"}'),
        ("{12secret}", '{12"\\hush"}'),
        ('{"a": "\\ud800"}', '{"a": "\\ud800"}'),  # half a character is nobody's text
        ("", ""),
    ],
)
def test_examples(text: str, out: str) -> None:
    assert mask_json(text, SECRETS) == out
    for cut in range(len(text) + 1):
        assert pairs_or_text(streamed(SECRETS, [text[:cut], text[cut:]])) == pairs_or_text(out)


def pairs_or_text(text: str) -> object:
    try:
        return pairs(text)
    except json.JSONDecodeError:
        return text


@pytest.mark.parametrize(
    ("parts", "out"),
    [
        (["[-", "7]"], "[-0]"),  # the sign is out already: what comes instead is a number too
        (["[1", "7]"], "[1]"),
        (["[1.", "7]"], "[1.0]"),
        (["[7]"], '["[x]"]'),
        (["[7", "1]"], '["[x]1"]'),
    ],
)
def test_a_number_whose_beginning_is_out(parts: list[str], out: str) -> None:
    assert streamed(Guard(Rule(name="x", pattern="7")), parts) == out


def test_a_number_masked_to_nothing_becomes_an_empty_text() -> None:
    assert mask_json("[12, 3]", lambda _: "") == '["", ""]'


def test_fragments_without_a_possible_match_pass_as_they_are() -> None:
    channel = JsonText(Guard(Rule(name="x", pattern=r"secret|\d{6}")).channel)
    for part in ['{"pa', 'th": "/a/', 'b", ', '"n": [-', "0.5, tr", 'ue], "x', '": nul', "l}"]:
        assert channel.feed(part) == part
    assert channel.finish() == ""


@settings(max_examples=times(3))
@given(text=st.text(alphabet='{}[],:"\\u0deEtrufalsn1-. é', max_size=30), cuts=cut_lists)
def test_never_raises_and_loses_nothing_whatever_it_is_fed(text: str, cuts: list[int]) -> None:
    assert streamed(NEVER, pieces(text, cuts)) == text
