"""Text is kept up to a bound, and white space is not given twice."""

import pytest

from vanguard.dialects.continuing.gathered import Gathered, without_echo


def test_pieces_and_their_bound() -> None:
    kept = Gathered(6)
    kept.add("ab")
    kept.add("éé")
    assert (kept.text, kept.sound) == ("abéé", True)
    kept.add("c")
    assert (kept.text, kept.sound) == ("", False)


def test_halves_of_a_pair_count_as_well() -> None:
    kept = Gathered(9)
    kept.add("\ud83d")
    assert kept.sound


@pytest.mark.parametrize(
    ("text", "echo", "left"),
    [
        (" word", " ", ("word", "")),
        ("word", " ", ("word", "")),
        ("\n", "\n\n", ("", "\n")),
        ("\n\n\nx", "\n\n", ("\nx", "")),
        ("", " ", ("", " ")),
        (" x", "", (" x", "")),
        ("\t x", " ", ("\t x", "")),
    ],
)
def test_what_is_repeated(text: str, echo: str, left: tuple[str, str]) -> None:
    assert without_echo(text, echo) == left
