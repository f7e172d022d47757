"""Structured log lines on standard error, gathered and written together.

It does not know what is secret: callers pass no prompts, bodies or credentials.
"""

from __future__ import annotations

import os
import time

import msgspec

from vanguard.core.errors import (
    AccessError,
    LimitError,
    PlatformError,
    UpstreamError,
    VanguardError,
)

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_BUFFER_LINES = 512
_REASON_CHARACTERS = 300
# their messages are in words of our own; refusals of requests may repeat a prompt
_OWN_WORDS = (AccessError, LimitError, PlatformError)
_encoder = msgspec.json.Encoder()


def reason_of(error: VanguardError) -> str:
    """Why something could not be served, in words of our own; empty where they may be another's."""
    own = not error.quotes if isinstance(error, UpstreamError) else isinstance(error, _OWN_WORDS)
    return one_line(error.message, _REASON_CHARACTERS) if own else ""


def limit_of(error: VanguardError) -> dict[str, str]:
    """Which limit of whom was reached, as fields of a line; none where it was no limit."""
    if not isinstance(error, LimitError) or not error.limit:
        return {}
    return {"limit": error.limit, "scope": error.scope}


def one_line(text: str, most: int) -> str:
    """So much of a text, with what is not printable written as an escape."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text[:most])[:most]


class Log:
    """A logger. Warnings and errors are written at once, the rest by `flush` or when much waits.

    Attributes:
        requests: whether a line is wanted for each refusal and each attempt that did not end well.
        attempts: whether one is wanted for every attempt; the ledger has them all anyway.
    """

    def __init__(self, level: str = "info", style: str = "json", descriptor: int = 2) -> None:
        self._least = _LEVELS[level]
        self._json = style == "json"
        self._descriptor = descriptor
        self._waiting: list[bytes] = []
        self.requests = self._least <= _LEVELS["info"]
        self.attempts = self._least <= _LEVELS["debug"]

    def write(self, level: str, event: str, fields: dict[str, object]) -> None:
        """Logs an event with its fields (field names in lower snake case)."""
        if _LEVELS[level] < self._least:
            return
        stamp = time.time()
        if self._json:
            line = _encoder.encode(
                {
                    "at": round(stamp, 3),
                    "level": level,
                    "process": "gateway",
                    "event": event,
                    **fields,
                }
            )
        else:
            clock = time.strftime("%H:%M:%S", time.localtime(stamp))
            text = " ".join(
                f"{name}={value}" for name, value in fields.items() if value not in ("", None)
            )
            line = f"{clock} gateway {level} {event} {text}".replace("\n", "\\n").encode()
        self._waiting.append(line + b"\n")
        if level in {"warning", "error"} or len(self._waiting) >= _BUFFER_LINES:
            self.flush()

    def line(self, record: msgspec.Struct) -> None:
        """Logs a struct at info: its fields are the line's, without a dict in between."""
        if not self._json:
            fields = msgspec.structs.asdict(record)
            self.write("info", str(fields.pop("event")), fields)
            return
        self._waiting.append(_encoder.encode(record) + b"\n")
        if len(self._waiting) >= _BUFFER_LINES:
            self.flush()

    def info(self, event: str, **fields: object) -> None:
        """Something worth a line."""
        self.write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Something that an operator should see."""
        self.write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Something that an operator must see."""
        self.write("error", event, fields)

    def flush(self) -> None:
        """Writes what waits; a log that cannot be written is not worth a request."""
        if not self._waiting:
            return
        lines, self._waiting = self._waiting, []
        try:
            os.write(self._descriptor, b"".join(lines))
        except OSError:
            self._waiting = []
