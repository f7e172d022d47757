from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vanguard.console.chat.conversation import (
    QUESTION_CHARACTERS,
    TURNS_KEPT,
    Conversation,
    Message,
)


def test_it_is_bounded() -> None:
    conversation = Conversation()
    for number in range(TURNS_KEPT * 2):
        conversation.ask(f"{number}" * QUESTION_CHARACTERS)
        conversation.answer("x" * QUESTION_CHARACTERS)
    assert len(conversation.turns) == TURNS_KEPT
    assert {len(turn.content) for turn in conversation.turns} == {QUESTION_CHARACTERS}


def test_a_question_without_an_answer_is_not_sent_again() -> None:
    conversation = Conversation()
    conversation.ask("a")
    conversation.answer("")
    conversation.ask("b")
    assert conversation.to_send(None) == [Message("user", "b")]
    conversation.ask("c")
    assert conversation.to_send(None) == [Message("user", "c")]


def test_only_what_fits_the_context_is_sent() -> None:
    conversation = Conversation()
    for letter in "abc":
        conversation.ask(letter * 50)
        conversation.answer(letter.upper() * 50)
    conversation.ask("d" * 50)
    assert [m.content[0] for m in conversation.to_send(None)] == list("aAbBcCd")
    assert [m.content[0] for m in conversation.to_send(100)] == list("cCd")
    assert [m.content[0] for m in conversation.to_send(1)] == ["d"]


def test_cleared_is_empty() -> None:
    conversation = Conversation()
    conversation.ask("a")
    conversation.clear()
    assert conversation.to_send(None) == []


@given(
    st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30))),
    st.integers(min_value=1, max_value=100),
)
def test_what_is_sent_begins_with_the_user_and_alternates(
    steps: list[tuple[str, str]], context_tokens: int
) -> None:
    conversation = Conversation()
    for question, answer in steps:
        conversation.ask(question)
        conversation.answer(answer)
    conversation.ask("last")
    roles = [message.role for message in conversation.to_send(context_tokens)]
    assert roles[0] == roles[-1] == "user"
    assert all(one != other for one, other in itertools.pairwise(roles))
