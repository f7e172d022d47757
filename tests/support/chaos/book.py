"""Reads the upstream's book.

It does not judge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Arrival:
    """One request that the upstream has counted.

    Attributes:
        place: model and index of the deployment, such as `chat0`.
        said: whether the end of an answer was given whole.
        over_at: when nothing more came of it; infinite while it is open.
    """

    nonce: str
    place: str
    at: float
    fault: str
    honest: bool
    stream: bool
    input_tokens: int
    output_tokens: int
    said: bool = False
    over_at: float = float("inf")

    @property
    def key(self) -> str:
        """The name of the key that it came with."""
        return self.nonce.split(".")[0]


def read_book(path: Path) -> list[Arrival]:
    """All arrivals, in their order."""
    return gather(json.loads(line) for line in path.read_text().splitlines())


def gather(lines: Iterable[dict]) -> list[Arrival]:
    """Puts the lines of each request together."""
    found: dict[int, Arrival] = {}
    for line in lines:
        if "nonce" in line:
            found[line["i"]] = Arrival(
                nonce=line["nonce"],
                place=line["place"],
                at=line["at"],
                fault=line["fault"],
                honest=line["honest"],
                stream=line["stream"],
                input_tokens=line["in"],
                output_tokens=line["out"],
            )
        elif "said" in line:
            found[line["i"]].said = True
        else:
            found[line["i"]].over_at = line["at"]
    return list(found.values())
