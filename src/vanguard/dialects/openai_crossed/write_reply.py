"""Writes chat completions for a client that offered tools as the responses API has them.

It does not know requests. A call of a tool for free text is told as a function whose arguments are the
bare text: the client reads `function.name` of each call and breaks off without it, and applies the
arguments of such a tool as they are (icebear0828/codex-proxy pull request 708, seen with Cursor 3.14.27,
2026-08; BerriAI/litellm pull request 34029 of 2026-07 writes `custom` calls instead).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vanguard.core.clock import Clock
from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.dialects import freeform
from vanguard.dialects.conversation import Conversation, ReplyEvent, ToolArguments, ToolStart
from vanguard.dialects.openai_chat.write_reply import OpenAIChatWriter

# no patch is longer; it is kept until its JSON is whole
_FREE_CHARACTERS = 32 * 1024 * 1024


class OpenAICrossedWriter:
    """Writes one reply."""

    def __init__(
        self,
        conversation: Conversation,
        reply_id: str,
        free: frozenset[str],
        clock: Clock | None = None,
    ) -> None:
        self._inner = OpenAIChatWriter(conversation, reply_id, clock)
        self._free = free
        self._calls: dict[int, list[str]] = {}
        self._kept = 0

    @property
    def lost(self) -> tuple[str, ...]:
        """What chat has no place for."""
        return self._inner.lost

    def event(self, event: ReplyEvent) -> bytes:
        """The chunks for one event; free text comes when it is whole."""
        if not self._free:
            return self._inner.event(event)
        return b"".join([self._inner.event(one) for one in self._unwrapped(event)])

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        return self._inner.whole(one for event in events for one in self._unwrapped(event))

    def error(self, error: VanguardError, request_id: str) -> bytes:
        """An error chunk; no `[DONE]` follows."""
        return self._inner.error(error, request_id)

    def _unwrapped(self, event: ReplyEvent) -> Iterator[ReplyEvent]:
        if isinstance(event, ToolArguments):
            pieces = self._calls.get(event.index)
            if pieces is None:
                yield event
            else:
                self._keep(pieces, event.text)
            return
        for index, pieces in self._calls.items():
            # whatever else comes, the call before it has ended
            yield ToolArguments(index, freeform.unwrap("".join(pieces)))
        self._calls.clear()
        if isinstance(event, ToolStart) and event.name in self._free:
            self._calls[event.index] = []
        yield event

    def _keep(self, pieces: list[str], text: str) -> None:
        self._kept += len(text)
        if self._kept > _FREE_CHARACTERS:
            raise UpstreamError(f"the answer exceeds {_FREE_CHARACTERS} characters")
        pieces.append(text)
