"""Sends the log records of this process to standard error, as JSON lines or text.

It does not know what is secret: callers log no keys, bodies or credentials.
"""

from __future__ import annotations

import logging
import sys
import time

import msgspec

_QUIETER = ("alembic", "asyncio", "httpx", "httpcore", "sqlalchemy", "uvicorn", "watchfiles")


def set_up_logs(process: str, style: str, level: str) -> None:
    """Replaces the root logger's handlers.

    Args:
        process: stands on every line, such as `control`.
        style: `json` or `text`.
        level: least severity written: `debug`, `info`, `warning` or `error`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process) if style == "json" else TextLines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIETER:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        fields: dict[str, object] = {
            "at": round(record.created, 3),
            "level": record.levelname.lower(),
            "process": self._process,
            "event": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(fields).decode()


class TextLines(logging.Formatter):
    """Text for people; a trace follows on its own lines."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        message = record.getMessage().replace("\n", "\\n")
        line = f"{clock} {self._process} {record.levelname.lower()} {message}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
