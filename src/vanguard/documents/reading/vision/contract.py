"""What a vision-language model is to the rest: a picture and a question in, a text out.

It does not know how a model is reached.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from vanguard.sdk.values import Token

End = Literal["stop", "length", "loop", "filter"]
"""How an answer ended: of itself, at its greatest length, cut for it repeated itself, or blocked."""


class Question(msgspec.Struct, frozen=True):
    """What a model is asked.

    Attributes:
        prompt: the words.
        image: as a `data:` URI.
        most_tokens: of the answer.
    """

    prompt: str
    image: str
    most_tokens: int


class Said(msgspec.Struct, frozen=True):
    """What it said.

    Attributes:
        text: cut where it began to repeat itself.
        refusal: where the server tells it apart.
        tokens: of the text with their probabilities, where the server gives them.
    """

    text: str
    end: End = "stop"
    refusal: str = ""
    tokens: tuple[Token, ...] = ()


class Model(Protocol):
    """A model that sees. Several threads may ask at the same time."""

    def ask(self, question: Question) -> Said:
        """The answer.

        Raises:
            VanguardError: there is none: not reached, refused, too slow.
        """
        ...
