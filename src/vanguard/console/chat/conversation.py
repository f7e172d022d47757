"""What was said in one chat box, bounded, and the part of it that is sent with the next question.

It does not know models, pages or HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

QUESTION_CHARACTERS = 8_000
ANSWER_CHARACTERS = 200_000
TURNS_KEPT = 60
_CHARACTERS_SENT = 24_000
# Three quarters of the context at two characters a token, which Arabic needs; the rest is for the
# answer.
_CHARACTERS_A_TOKEN = 1.5


class Message(msgspec.Struct, frozen=True):
    """One message as the chat completions API takes it."""

    role: Literal["user", "assistant"]
    content: str


@dataclass
class Conversation:
    """Questions and answers in turn, oldest first; the oldest are forgotten after 60 turns."""

    turns: list[Message] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Adds a question, cut at 8,000 characters; one that is still unanswered is dropped."""
        self._drop_unanswered()
        self._add(Message("user", question[:QUESTION_CHARACTERS]))

    def answer(self, text: str) -> None:
        """Adds an answer, whole or cut short; with an empty one the question is dropped too.

        So a question that failed is not sent again along with the next one.
        """
        if text:
            self._add(Message("assistant", text))
        else:
            self._drop_unanswered()

    def clear(self) -> None:
        """Forgets everything."""
        self.turns.clear()

    def to_send(self, context_tokens: int | None) -> list[Message]:
        """The newest turns that fit the model's context, the newest one always; a user's first."""
        room = int(context_tokens * _CHARACTERS_A_TOKEN) if context_tokens else _CHARACTERS_SENT
        chosen: list[Message] = []
        for turn in reversed(self.turns):
            room -= len(turn.content)
            if chosen and room < 0:
                break
            chosen.append(turn)
        while chosen and chosen[-1].role != "user":
            chosen.pop()
        return chosen[::-1]

    def _add(self, turn: Message) -> None:
        self.turns.append(turn)
        del self.turns[:-TURNS_KEPT]

    def _drop_unanswered(self) -> None:
        if self.turns and self.turns[-1].role == "user":
            self.turns.pop()
