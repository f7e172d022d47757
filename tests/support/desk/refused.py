"""An answer with an error, as the stand-in's routes raise it."""

from __future__ import annotations


class Refused(Exception):
    """Status and message of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
