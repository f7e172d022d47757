"""Masking in pieces equals masking the whole, wherever the pieces begin and end."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support.effort import times
from vanguard.core.errors import ContentBlocked, GuardUnavailable
from vanguard.core.policy import Policy, Rule
from vanguard.guardrails.pattern import PatternError, read
from vanguard.guardrails.regex_policy import CompiledPolicy, check
from vanguard.guardrails.stream import StreamMask


def policy(*patterns: str, action: str = "mask", **fields: object) -> CompiledPolicy:
    rules = tuple(
        Rule(name=f"r{number}", pattern=pattern, action=action)  # type: ignore[arg-type]
        for number, pattern in enumerate(patterns)
    )
    return CompiledPolicy(Policy(name="p", rules=rules, **fields))  # type: ignore[arg-type]


KINDS = {
    "fixed": policy("secret"),
    "prefixes of one another": policy("ab|abc|abcd"),
    "alternation": policy("cat|catalogue|dog"),
    "a later match while an earlier start is open": policy("abcX|b"),
    "greedy digits": policy(r"\d+"),
    "lazy": policy(r"<.*?>"),
    "counted": policy(r"\d{3}-\d{2}"),
    "repeat of a group": policy(r"(?:a[bc]){1,3}"),
    "possessive": policy(r"a++b"),
    "mail": policy(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "card": policy(r"\b\d(?:[ -]?\d){3}\b"),
    "word": policy(r"\bab\b"),
    "not a word": policy(r"\Bab\B"),
    "look-ahead": policy("a(?=bc)"),
    "negative look-ahead": policy("a(?!bc)"),
    "look-behind": policy("(?<=ab)c"),
    "negative look-behind": policy("(?<![ab1]{2})c"),
    "back-reference": policy(r"(\w)\1+"),
    "start": policy(r"^ab|\Ac"),
    "end": policy(r"ab$|c\Z"),
    "lines": policy(r"(?m)^a.*$"),
    "case": policy("(?i)SECRET"),
    "several rules": policy("ab", r"\[r0\]c", r"\d+"),
    "arabic": policy(r"سر+"),
}
PIECES = ["a", "b", "c", "ab", "abc", "X", " ", "-", "1", "22", "\n", "<", ">", ".", "@", "secret"]
PIECES += ["SEC", "ret", "cat", "alogue", "dog", "سر", "ر", "é", "😀", "sec"]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def split(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(places)]


def outcome(run: Callable[[], str]) -> str:
    try:
        return run()
    except ContentBlocked as error:
        return f"blocked: {error}"


def streamed(policies: list[CompiledPolicy], pieces: list[str]) -> str:
    mask = StreamMask(policies)
    return "".join([*(mask.feed(piece) for piece in pieces), mask.finish()])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=times(2), deadline=None)
@given(text=texts, cuts=st.lists(st.integers(0, 60), max_size=8))
def test_any_split_gives_what_the_whole_gives(kind: str, text: str, cuts: list[int]) -> None:
    policies = [KINDS[kind]]
    assert streamed(policies, split(text, cuts)) == check(policies, text).text


@settings(max_examples=times(5), deadline=None)
@given(
    text=texts,
    cuts=st.lists(st.integers(0, 60), max_size=8),
    kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=3),
)
def test_policies_compose_in_streams_too(text: str, cuts: list[int], kinds: list[str]) -> None:
    policies = [KINDS[kind] for kind in kinds]
    assert streamed(policies, split(text, cuts)) == check(policies, text).text


ATOMS = ["a", "b", "1", " ", r"\d", r"\w", "[ab]", "[^a]", ".", r"\s", r"\n"]
ANCHORS = [r"\b", r"\B", "$", r"\Z", "^", r"\A", r"\m", r"\M"]
REPEATS = ["*", "+", "?", "{1,3}", "{2}", "*?", "+?", "??", "*+", "++"]
AROUNDS = ["(?={})", "(?!{})", "(?<={})", "(?<!{})", "(?>{})", r"({})\1?"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(REPEATS)).map(lambda two: f"(?:{two[0]}){two[1]}"),
        st.tuples(st.sampled_from(ANCHORS), inner).map("".join),
        st.tuples(inner, st.sampled_from(ANCHORS)).map("".join),
        st.tuples(inner, st.sampled_from(AROUNDS), inner).map(
            lambda three: three[0] + three[1].format(three[2])
        ),
    )


patterns = st.recursive(st.sampled_from(ATOMS), grown, max_leaves=7)


@settings(max_examples=times(13), deadline=None)
@given(
    pattern=patterns,
    text=st.text(alphabet="aab1 -\n", max_size=16),
    cuts=st.lists(st.integers(0, 16), max_size=5),
)
def test_any_pattern_that_is_accepted_keeps_the_promise(
    pattern: str, text: str, cuts: list[int]
) -> None:
    try:
        read(pattern)
    except PatternError:
        assume(False)
    policies = [policy(pattern)]
    assert streamed(policies, split(text, cuts)) == check(policies, text).text


@settings(max_examples=times(5), deadline=None)
@given(
    kind=st.sampled_from(["secret", r"\d{2,}", r"ab\b", "a(?!bc)", "cat|dog", "(?<=ab)c"]),
    text=texts,
    cuts=st.lists(st.integers(0, 60), max_size=8),
)
def test_blocking_agrees_with_the_whole_and_nothing_of_the_match_gets_out(
    kind: str, text: str, cuts: list[int]
) -> None:
    blocking = policy(kind, action="block")
    mask = StreamMask([blocking])
    out: list[str] = []

    def stream() -> str:
        out.extend(mask.feed(piece) for piece in split(text, cuts))
        out.append(mask.finish())
        return "".join(out)

    assert outcome(stream) == outcome(lambda: check([blocking], text).text)
    before_the_match = check([policy(kind)], text).text.split("[r0]")[0]
    assert before_the_match.startswith("".join(out))


@settings(max_examples=times(2), deadline=None)
@given(pieces=st.lists(st.text(alphabet="xyz ,.é\n", min_size=1, max_size=8), max_size=10))
def test_text_that_can_begin_no_match_passes_at_once_as_the_same_object(pieces: list[str]) -> None:
    mask = StreamMask([policy("secret", r"\b\d{16}\b", r"(?<!\w)ab(?!\w)")])
    for piece in pieces:
        assert mask.feed(piece) is piece
    assert mask.finish() == ""


def test_text_is_held_back_only_from_where_a_match_could_begin() -> None:
    mask = StreamMask([policy("secret")])
    assert mask.feed("my sec") == "my "
    assert mask.feed("tor") == "sector"
    assert mask.feed("; a secr") == "; a "
    assert mask.feed("et!") == "[r0]!"
    assert mask.finish() == ""


def test_findings_are_counted_and_never_hold_the_text() -> None:
    mask = StreamMask([policy("secret", "x")])
    mask.feed("secret secret")
    assert [(found.rule, found.matches) for found in mask.findings] == [("r0", 2)]


def test_what_is_held_back_too_long_refuses() -> None:
    mask = StreamMask([policy(r"\d+x")], hold_chars=10)
    assert mask.feed("1234567890") == ""
    with pytest.raises(GuardUnavailable, match="held back 10 characters"):
        mask.feed("1")


def test_what_is_held_back_too_long_passes_when_the_policy_fails_open() -> None:
    mask = StreamMask([policy(r"\d+x", fail_open=True)], hold_chars=10)
    assert mask.feed("a12345") + mask.feed("678901") + mask.feed("2x") == "a123456789012x"
    assert mask.failed_open == ("p",)
    assert mask.finish() == ""


CATASTROPHE = r"(?=(a+))(a+)(a+)(a+)(a+)\1b"


def test_a_slow_pattern_refuses_or_passes_as_its_policy_says() -> None:
    rules = (Rule(name="slow", pattern=CATASTROPHE),)
    closed = CompiledPolicy(Policy(name="p", rules=rules), timeout_s=0.02)
    with pytest.raises(GuardUnavailable, match="took too long"):
        StreamMask([closed]).feed("a" * 200 + "b")
    opened = CompiledPolicy(Policy(name="p", rules=rules, fail_open=True), timeout_s=0.02)
    mask = StreamMask([opened])
    assert mask.feed("a" * 200 + "b") + mask.feed("c") + mask.finish() == "a" * 200 + "bc"
