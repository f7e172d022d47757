import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanguard.gateway.routing.warmth.prefix import read_prefix

LONG = "word " * 400


def body(messages, **more):
    return json.dumps({"model": "m", "system": LONG, "messages": messages, **more}).encode()


def user(text, **more):
    return {"role": "user", "content": [{"type": "text", "text": text, **more}]}


def marks(data, tenant="org"):
    found = read_prefix(data, tenant)
    assert found is not None
    return found.marks


def test_a_conversation_that_grows_begins_as_before():
    before = marks(body([user("a"), user("b")]))
    after = marks(body([user("a"), user("b"), user("c")]))
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def test_another_beginning_has_nothing_in_common():
    assert marks(body([user("a")]))[0] == marks(body([user("b")]))[0]
    assert marks(body([user("a")]))[1] != marks(body([user("b")]))[1]
    assert not set(marks(body([user("a")]))) & set(marks(body([user("a")], tools=[{"name": "t"}])))
    assert not set(marks(body([user("a")]))) & set(marks(body([user("a")]), "other"))


def test_cache_markers_wander_and_count_for_nothing():
    marked = user("a", cache_control={"type": "ephemeral", "ttl": "5m"})
    assert marks(body([marked])) == marks(body([user("a")]))
    first = {"cache_control": {"type": "ephemeral"}, "type": "text", "text": "a"}
    plain = marks(body([{"role": "user", "content": [{"type": "text", "text": "a"}]}]))
    # a space may be left over where the marker stood first
    assert len(marks(body([{"role": "user", "content": [first]}]))) == len(plain)
    converse = {"role": "user", "content": [{"text": "a"}, {"cachePoint": {"type": "default"}}]}
    assert marks(body([converse])) == marks(body([{"role": "user", "content": [{"text": "a"}]}]))


def test_a_line_of_attribution_counts_for_nothing():
    def system(number):
        line = {"type": "text", "text": f"x-anthropic-billing-header: cc_version=2; cch={number};"}
        return [line, {"type": "text", "text": LONG}]

    one, two = (body([user("a")], system=system(number)) for number in (1, 2))
    assert marks(one) == marks(two)


@pytest.mark.parametrize(
    "fields",
    [
        {"instructions": LONG, "input": [user("a")]},
        {"instructions": LONG, "input": "a"},
        {"systemInstruction": {"parts": [{"text": LONG}]}, "contents": [user("a")]},
        {"toolConfig": {"tools": [LONG]}, "messages": [user("a")]},
    ],
)
def test_other_families(fields):
    assert len(marks(json.dumps(fields).encode())) == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"{}" + b" " * 2_000, b"[" * 2_000, b"\xff" * 2_000, b'{"messages":7}' + b" " * 2_000],
)
def test_nothing_to_find(data):
    assert read_prefix(data, "org") is None


def test_long_conversations_keep_few_marks_and_leave_fewer():
    many = [user(f"{number}") for number in range(500)]
    found = read_prefix(body(many), "org")
    assert found is not None
    assert len(found.marks) == 66
    assert len(found.recorded()) == 6
    assert found.recorded()[-1] == found.marks[-1]
    assert found.marks[-1][1] == found.size_bytes
    # the next turn finds the last one again
    longer = read_prefix(body([*many, user("x"), user("y")]), "org")
    assert longer is not None
    assert set(found.recorded()) & set(longer.marks[2:])


@settings(max_examples=30)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=8), st.integers(0, 8))
def test_marks_are_equal_exactly_as_far_as_the_messages_are(texts, keep):
    keep = min(keep, len(texts))
    other = [*texts[:keep], *(text + "!" for text in texts[keep:])]
    one, two = (marks(body([user(text) for text in said])) for said in (texts, other))
    common = 0
    while common < min(len(one), len(two)) and one[common][0] == two[common][0]:
        common += 1
    assert common == keep + 1
