"""Speaks to the person who started the platform: progress, warnings, the last banner.

On a terminal progress is one line that changes; elsewhere every change is a line of its own. It
does not know what is going on.
"""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console
from rich.status import Status
from rich.text import Text

_STYLES = {"warning": "yellow", "error": "bold red", "info": "", "debug": "dim"}


class Screen:
    """Writes what is said to standard error, and the banner to standard output."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._console = Console(file=err or sys.stderr, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._last = ""

    @property
    def interactive(self) -> bool:
        """Whether a person reads standard output on a terminal."""
        return self._out.isatty()

    def say(self, text: str, level: str = "info") -> None:
        """One line; newlines within are kept."""
        self._console.print(Text(text, style=_STYLES.get(level, "")))

    def progress(self, text: str, fraction: float = -1) -> None:
        """What is being waited for now; `fraction` from 0 to 1, below 0 unknown."""
        if self._console.is_terminal:
            shown = f"{text} {fraction:.0%}" if fraction >= 0 else text
            if self._status is None:
                self._status = self._console.status(Text(shown))
                self._status.start()
            else:
                self._status.update(Text(shown))
            return
        # Numbers run; on paper only every tenth part of the way is news.
        tenth = int(fraction * 10) if fraction >= 0 else -1
        key = f"{''.join(c for c in text if not c.isdigit())}{tenth}"
        if key != self._last:
            self._last = key
            self._console.print(Text(text))

    def progress_done(self) -> None:
        """Takes the changing line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        self._last = ""

    def banner(self, text: str) -> None:
        """The text that ends a start."""
        self.progress_done()
        self._out.write(text)
        self._out.flush()
