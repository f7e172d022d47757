"""What a scripted upstream does to a request, chosen by a seeded hand.

It does not know sockets. The choice depends on the seed, the request's nonce and how often that
nonce has come, never on timing: the same seed does the same to the same request.
"""

from __future__ import annotations

import random
from typing import Literal

import msgspec

Shape = Literal["stream", "whole", "both"]
CAP_TOKENS = 200  # the `max_output_tokens` of every deployment in the settings


class Fault(msgspec.Struct, frozen=True):
    """One way to misbehave.

    Attributes:
        weight: how often, beside the others.
        shape: kinds of answer that it can happen to.
        lies: the usage told is not what was produced.
    """

    weight: int
    shape: Shape = "both"
    lies: bool = False


FAULTS: dict[str, Fault] = {
    "none": Fault(60),
    "stall before the head": Fault(1),
    "stall within the stream": Fault(2, "stream"),
    "reset before the head": Fault(4),
    "reset after the head": Fault(4),
    "reset within an event": Fault(4, "stream"),
    "half an event, then the end": Fault(4, "stream"),
    "length too long": Fault(4, "whole"),
    "length too short": Fault(4, "whole"),
    "bad chunk": Fault(4, "stream"),
    "answer is not JSON": Fault(2, "whole"),
    "429": Fault(3),
    "429 with Retry-After": Fault(1),
    "500": Fault(3),
    "529": Fault(3),
    "400": Fault(2),
    "error event first": Fault(3, "stream"),
    "error event within": Fault(3, "stream"),
    "no final event": Fault(4, "stream"),
    "byte by byte": Fault(3),
    "huge answer": Fault(1),
    "usage missing": Fault(3, lies=True),
    "usage of zero": Fault(2, lies=True),
    "negative usage": Fault(2, lies=True),
    "ignores the cap": Fault(3, "stream"),
}
# beyond any bound: only where no budget could be blamed for it
WILD = "usage beyond reason"
LONG_FAULTS = ("reset within an event", "half an event, then the end", "error event within")


class Plan(msgspec.Struct, frozen=True):
    """What will be done to one request.

    Attributes:
        events: content events of a stream, one token each; `output_tokens` of a whole answer too.
        pause_s: between two events.
        cut_at: after which event a fault strikes.
    """

    fault: str
    input_tokens: int
    cached_tokens: int
    events: int
    pause_s: float
    cut_at: int

    @property
    def honest(self) -> bool:
        """Whether the usage told is what was produced."""
        return self.fault != WILD and not FAULTS[self.fault].lies


class Wish(msgspec.Struct, frozen=True):
    """What the upstream reads out of a request.

    Attributes:
        kind: `long` streams stay open, `short` ones get every fault, `tidy` ones none; `held` ones
            are as good and take a second.
        bound: `budget` or `tokens` where one applies, so that nothing is told that it could not
            hold: an answer beyond its cap is cut where a budget pays for it, and nowhere else.
    """

    nonce: str
    kind: str
    bound: str
    stream: bool
    cap: int
    text_bytes: int


def plan_for(seed: int, wish: Wish, arrival: int) -> Plan:
    """The plan for the `arrival`th time that a nonce comes."""
    rng = random.Random(f"{seed}:{wish.nonce}:{arrival}")
    fault = _fault(rng, wish)
    most = max(1, wish.cap)
    if wish.kind == "long":
        events, pause_s = min(rng.randint(8, 60), most), rng.uniform(0.15, 0.4)
    elif wish.kind == "held":
        events, pause_s = 10, 0.1
    else:
        events, pause_s = rng.randint(1, min(24, most)), rng.choice([0.0, 0.0, 0.005, 0.03])
    if fault == "ignores the cap":
        events = most + rng.randint(5, 60)
        pause_s = 0.0
    input_tokens = rng.randint(10, max(11, wish.text_bytes // 4))
    cached = rng.choice([0, 0, input_tokens // 2])
    return Plan(fault, input_tokens, cached, events, pause_s, rng.randint(1, max(1, events - 1)))


def _fault(rng: random.Random, wish: Wish) -> str:
    if wish.kind in {"tidy", "held"}:
        return "none"
    if wish.kind == "long":
        return rng.choice(LONG_FAULTS) if rng.random() < 0.06 else "none"
    if wish.bound == "none" and rng.random() < 0.02:
        return WILD
    shapes = {"both", "stream" if wish.stream else "whole"}
    names = [name for name, fault in FAULTS.items() if fault.shape in shapes]
    if wish.bound == "tokens":
        names = [name for name in names if name != "ignores the cap"]
    return rng.choices(names, [FAULTS[name].weight for name in names])[0]
