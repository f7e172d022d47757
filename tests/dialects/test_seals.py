"""Envelopes for seals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vanguard.dialects.seals import CLAUDE, Seal, claudes, digest, disclose, enclose

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.builds(
        Seal,
        st.sampled_from([CLAUDE, "openai_responses"]),
        texts,
        st.sampled_from(["thinking", "redacted"]),
        texts,
        texts,
        texts.map(digest) | st.just(""),
    )
)
def test_a_seal_comes_out_as_it_went_in(seal: Seal) -> None:
    assert disclose(enclose(seal)) == seal
    assert enclose(seal).endswith(seal.data)


def test_what_is_no_envelope_is_a_bare_seal_of_claudes() -> None:
    for text in (
        "",
        "gAAAA",
        "vgs1",
        "vgs1.",
        "vgs1.a.b.c",
        "vgs1.a.odd.....x",
        "vgs1.a.thinking.!.é..x",
    ):
        assert disclose(text) is None
        assert claudes(text) == text


def test_only_claudes_own_seals_go_to_claude() -> None:
    assert claudes(enclose(Seal(CLAUDE, "sig"))) == "sig"
    assert claudes(enclose(Seal("openai_responses", "gAAAA"))) == ""


def test_a_seal_covers_the_text_that_was_sealed() -> None:
    seal = Seal(CLAUDE, "sig", digest=digest("so"))
    assert seal.covers("so")
    assert not seal.covers("so!")
    assert Seal(CLAUDE, "sig").covers("anything")
