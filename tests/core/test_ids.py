from __future__ import annotations

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from vanguard.core import ids


def test_an_id_has_its_prefix_and_alphabet():
    assert re.fullmatch(r"req_[0-9a-f]{29}", ids.new_id("req"))


def test_ids_sort_by_their_millisecond(monkeypatch):
    made = []
    for milliseconds in (1, 999, 1_700_000_000_000, 1_700_000_000_001, 4_102_444_800_000):
        monkeypatch.setattr(ids.time, "time_ns", lambda at=milliseconds: at * 1_000_000)
        made.append(ids.new_id("x"))
    assert made == sorted(made)


def test_a_moment_that_is_known_is_not_asked_for(monkeypatch):
    monkeypatch.delattr(ids.time, "time_ns")
    monkeypatch.setattr(ids, "_random_bits", lambda _: 0)
    assert ids.new_id("x", 1_700_000_000_000) == f"x_{1_700_000_000_000:011x}" + "0" * 18


def test_ids_of_one_millisecond_differ(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_700_000_000_000_000_000)
    assert len({ids.new_id("x") for _ in range(2_000)}) == 2_000


def test_the_random_part_uses_all_of_its_bits(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 0)
    monkeypatch.setattr(ids, "_random_bits", lambda count: 2**count - 1)
    assert ids.new_id("x") == "x_" + "0" * 11 + "f" * 18


def test_a_secret_can_be_pasted_and_never_repeats():
    made = {ids.new_secret() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"vk-[A-Za-z0-9_-]{32}", secret) for secret in made)
    assert ids.new_secret("adm").startswith("adm-")


@given(st.text())
def test_the_hash_is_sha256_of_text_or_bytes(secret):
    expected = hashlib.sha256(secret.encode()).hexdigest()
    assert ids.hash_secret(secret) == ids.hash_secret(secret.encode()) == expected


def test_a_hint_shows_the_ends_of_a_long_secret_and_nothing_of_a_short_one():
    secret = "vk-" + "abcdefghij" * 3 + "WXYZ"
    assert ids.hint(secret) == "vk-abcd…WXYZ"
    assert ids.hint("short-password") == "…"


@given(st.text(min_size=17, max_size=200))
def test_a_hint_shows_eleven_characters_at_most(secret):
    assert len(ids.hint(secret)) == 12
