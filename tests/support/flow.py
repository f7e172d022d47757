"""Stages, blobs and a ledger for tests of runs. Stages stand here, importable by other processes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from vanguard.core.errors import InvalidRequest, UpstreamUnavailable
from vanguard.flow.stage import Made


class Text(msgspec.Struct, frozen=True):
    text: str


class Count(msgspec.Struct, frozen=True):
    word: str
    letters: int


@dataclass(frozen=True)
class Split:
    """A text's words."""

    separator: str = " "
    name: ClassVar[str] = "test.split"
    version: ClassVar[int] = 1
    takes: ClassVar[type[Text]] = Text
    whole: ClassVar[bool] = False

    def process(self, values, blobs):
        for number, word in enumerate(values[0].text.split(self.separator), 1):
            yield Made(Text(word), f"#{number}")


@dataclass(frozen=True)
class Measure:
    """How many letters a word has; some words are not good for that."""

    name: ClassVar[str] = "test.measure"
    version: ClassVar[int] = 1
    takes: ClassVar[type[Text]] = Text
    whole: ClassVar[bool] = False

    def process(self, values, blobs):
        word = values[0].text
        if word == "bad":
            raise InvalidRequest("bad is not measured")
        if word == "away":
            raise UpstreamUnavailable("nobody is there")
        if word == "defect":
            raise KeyError("defect")
        if word == "dies":
            os._exit(3)
        if word == "hangs":
            time.sleep(60)
        if word == "greedy":
            bytes(64 << 30)
        if word == "endless":
            bytes(1 << 62)
        return [Made(Count(word, len(word)))]


@dataclass(frozen=True)
class Who:
    """Which process does it; some words end that, or keep it busy."""

    name: ClassVar[str] = "test.who"
    version: ClassVar[int] = 1
    takes: ClassVar[type[Text]] = Text
    whole: ClassVar[bool] = False

    def process(self, values, blobs):
        word = values[0].text
        if word == "dies":
            os._exit(3)
        if word == "hangs":
            time.sleep(60)
        return [Made(Count(word, os.getpid()))]


@dataclass(frozen=True)
class Longest:
    """The longest of all words."""

    name: ClassVar[str] = "test.longest"
    version: ClassVar[int] = 1
    takes: ClassVar[type[Count]] = Count
    whole: ClassVar[bool] = True

    def process(self, values, blobs):
        return [Made(max(values, key=lambda one: (one.letters, one.word)))]


class KnownSteps:
    """A ledger that forgets when the test ends."""

    def __init__(self):
        self.outcomes = {}

    def find(self, steps):
        return {step: self.outcomes[step] for step in steps if step in self.outcomes}

    def record(self, outcomes):
        self.outcomes.update({one.step: one for one in outcomes})


class Counting:
    """Does tasks in this process, and counts them."""

    def __init__(self, blobs):
        self._blobs = blobs
        self.done = []

    def run(self, tasks):
        from vanguard.flow.work import do

        for task in tasks:
            self.done.append(task.item)
            yield do(task, self._blobs)
