"""Sends the log records of the engine process to standard error, as JSON lines or text.

It does not know what is secret: callers log no prompts. What llama.cpp itself has to say about its
errors goes to standard error as it is, since a process that dies in native code can do no better.
"""

from __future__ import annotations

import logging
import sys
import time

import msgspec


def set_up_logs(style: str, level: str) -> None:
    """Replaces the root logger's handlers.

    Args:
        style: `json` or `text`.
        level: least severity written: `debug`, `info`, `warning` or `error`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "asyncio"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        fields: dict[str, object] = {
            "at": round(record.created, 3),
            "level": record.levelname.lower(),
            "process": "engine",
            "event": record.getMessage(),
        }
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(fields).decode()


class TextLines(logging.Formatter):
    """Text for people; a trace follows on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        message = record.getMessage().replace("\n", "\\n")
        line = f"{clock} engine {record.levelname.lower()} {message}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
