"""Which patterns can be searched in a stream, and what their reading says."""

from __future__ import annotations

import pytest
import regex

from vanguard.guardrails.pattern import MAX_CONTEXT_CHARS, PatternError, read


def first_undecided(source: str, text: str) -> int:
    found = regex.compile(read(source).probe).search(text, partial=True)
    return len(text) if found is None else found.start()


@pytest.mark.parametrize(
    ("source", "text", "place"),
    [
        ("secret", "xxsec", 2),
        ("secret", "a secret", 8),  # complete: nothing that follows can change it
        ("secret", "nothing", 7),
        (r"\d+", "a12", 1),  # may grow
        (r"\d+", "a12 ", 4),
        (r"\d{2}x?", "a12", 1),
        (r"foo\b", "foo", 0),  # the next character decides
        (r"foo\b", "foo ", 4),
        (r"\bfoo", "bar", 3),
        (r"foo$", "foo\n", 0),  # `$` may stand before a last newline
        (r"foo$", "foo\nx", 5),
        (r"foo(?!bar)", "fooba", 0),
        (r"foo(?!bar)", "foobx", 5),
        (r"(?<=a)b", "xa", 2),
        ("(?i)SECRET", "my sEc", 3),
        ("(?:ab){1,3}", "abab", 0),  # a repeat that may end still asks for its next turn
        (r"(\w)\1+x", "aa", 0),
        ("abcX|b", "ab", 0),  # an earlier start is still open although a later one matches
    ],
)
def test_where_a_text_becomes_undecided(source: str, text: str, place: int) -> None:
    assert first_undecided(source, text) == place


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("(", "missing )"),
        ("a*", "matches the empty text"),
        (r"(?<=a+)b", "without a greatest length"),
        (r"(a)(?<=\1)b", "without a greatest length"),
        (r"(?<=a{5000})b", f"more than {MAX_CONTEXT_CHARS}"),
        ("(?:secret){e<=1}", "approximate"),
        (r"a\Kb", "\\K"),
        (r"\Ga", "\\G"),
        (r"a\X", "graphemes"),
        (r"a\R", "\\R"),
        ("(?r)ab", "reverse"),
        ("(?x)a b", "verbose"),
        ("(?V1)ab", "version"),
        ("(?w:ab)", "word breaks"),
        ("(?f)ss", "case-folding"),
        ("a(?R)?b", "recursion"),
        ("(a)(?1)", "recursion"),
        ("a(*SKIP)b", "verbs"),
    ],
)
def test_refused_patterns_say_why(source: str, says: str) -> None:
    with pytest.raises(PatternError, match=regex.escape(says)):
        read(source)


@pytest.mark.parametrize(
    "source",
    [
        r"[]\]$\b[]{2}x",
        r"[[:alpha:]$]x",
        r"[^]]x",
        r"a{2}b{,3}c{1,}d\{e\}",
        r"(?P<n>a)(?P=n)\g<n>",
        r"(?#a comment (with [ inside)x",
        r"\p{Lu}\N{LATIN SMALL LETTER A}",
        r"(?i:a)(?-i:b)(?|c|d)(?>e)f*+",
        r"(?<!\w)\d{4}(?!\w)",
        r"(a)?(?(1)b|c)",
    ],
)
def test_the_probe_of_an_accepted_pattern_compiles_and_never_matches(source: str) -> None:
    reading = read(source)
    probe = regex.compile(reading.probe)
    assert probe.search("abcdefx]$ aa AA 1234 [[") is None
    assert 1 <= reading.context_chars <= MAX_CONTEXT_CHARS + 1


def test_context_is_as_wide_as_the_widest_look_behind() -> None:
    assert read("abc").context_chars == 1
    assert read(r"(?<=a{3})b").context_chars >= 4
    assert read(r"(?<=[abc][def]x)b").context_chars >= 4
