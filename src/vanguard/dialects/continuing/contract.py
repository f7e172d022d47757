"""What going on with a broken answer needs of a client's dialect.

It does not know upstreams: it sees the events that a client was given, and those of a second answer in
the same dialect, which are to be read as the rest of the first.
"""

from __future__ import annotations

from typing import Protocol


class Given(Protocol):
    """What a client has been given so far. One instance per answer.

    Attributes:
        text: all of the answer's text.
        sound: whether there is nothing but text that has not ended: no tool call, no thinking, no
            second choice, and no end said.
    """

    sound: bool

    @property
    def text(self) -> str:
        """As above."""

    def saw(self, raw: bytes) -> None:
        """Takes one raw event, its blank line included, that the client was given."""


class Splice(Protocol):
    """Makes the events of a second answer the rest of the first. One instance per second answer."""

    def event(self, raw: bytes) -> bytes:
        """The event as the client shall have it; empty where it would begin the answer anew.

        Raises:
            UpstreamError: it cannot be read.
        """


class Continuing(Protocol):
    """One dialect's."""

    def given(self, limit_bytes: int) -> Given:
        """For an answer that begins; no more of its text is kept than that."""

    def mark(self, deployment: str) -> bytes:
        """An event that every client passes over and that says who goes on; empty where there is none."""

    def splice(self, given: Given, echo: str, tokens: int) -> Splice:
        """For the rest of it.

        Args:
            given: the answer so far, of this dialect.
            echo: white space at its end that the model was not shown and may write again.
            tokens: output tokens so far; they come out of the second answer's input.
        """
