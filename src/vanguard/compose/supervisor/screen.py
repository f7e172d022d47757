"""Speaks to the person who started the platform: progress, warnings, the last banner.

On a terminal progress is one line that changes; elsewhere every change is a line of its own. It
does not know what is going on.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

_STYLES = {"warning": "yellow", "error": "bold red", "info": "", "debug": "dim"}


class Screen:
    """Writes what is said to standard error, and the banner to standard output.

    A reader that went away is no reason to stop: what cannot be written is dropped, the logs have it.
    """

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._console = Console(file=err or sys.stderr, highlight=False, soft_wrap=True)
        self._spinner = Spinner("dots")
        self._live: Live | None = None
        self._last = ""
        self._began_on_terminal = self._console.is_terminal

    @property
    def interactive(self) -> bool:
        """Whether a person reads standard output on a terminal."""
        return self._out.isatty()

    @property
    def terminal_closed(self) -> bool:
        """Whether there was a terminal at the start and there is none any more."""
        if not self._began_on_terminal:
            return False
        try:
            return not os.isatty(self._console.file.fileno())
        except (OSError, ValueError):
            return True

    def say(self, text: str, level: str = "info") -> None:
        """One line; newlines within are kept."""
        with contextlib.suppress(OSError):
            self._console.print(Text(text, style=_STYLES.get(level, "")))

    def progress(self, text: str, fraction: float = -1) -> None:
        """What is being waited for now; `fraction` from 0 to 1, below 0 unknown.

        On a terminal each call turns the wheel: no thread does, because processes are forked.
        """
        if self._console.is_terminal:
            shown = f"{text} {fraction:.0%}" if fraction >= 0 else text
            self._spinner.update(text=Text(shown))
            with contextlib.suppress(OSError):
                if self._live is None:
                    self._live = Live(
                        self._spinner, console=self._console, auto_refresh=False, transient=True
                    )
                    self._live.start()
                self._live.refresh()
            return
        # Numbers run; on paper only every tenth part of the way is news.
        tenth = int(fraction * 10) if fraction >= 0 else -1
        key = f"{''.join(c for c in text if not c.isdigit())}{tenth}"
        if key != self._last:
            self._last = key
            self.say(text)

    def progress_done(self) -> None:
        """Takes the changing line away."""
        if self._live is not None:
            with contextlib.suppress(OSError):
                self._live.stop()
            self._live = None
        self._last = ""

    def banner(self, text: str) -> None:
        """The text that ends a start."""
        self.progress_done()
        with contextlib.suppress(OSError):
            self._out.write(text)
            self._out.flush()
