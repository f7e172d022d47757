"""Names of the models: what the upstream does, and by which way the gateway gets there.

It does not know who asks or answers. The name is all that a peer has to pass on for the upstream to
know its part, so that no candidate needs a configuration of its own for a scenario:

    <upstream's dialect>[-guarded][-tls]-json[-gzip]
    <upstream's dialect>[-guarded][-tls]-fails
    <upstream's dialect>[-guarded][-tls]-<events>x<pause in ms>
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = re.compile(
    r"(?P<upstream>openai|anthropic)(?P<guarded>-guarded)?(?P<tls>-tls)?"
    r"-(?:json(?P<packed>-gzip)?|(?P<fails>fails)|(?P<events>\d+)x(?P<pause>\d+))"
)


@dataclass(frozen=True)
class BenchModel:
    """One model.

    Attributes:
        upstream: dialect that the upstream speaks, `openai` or `anthropic`.
        events: content events of a stream; 0 answers with JSON.
        pause_ms: time between two events; 0 sends all at once.
        packed: the JSON is compressed, whether or not that was asked for.
        guarded: the gateway searches question and answer with a policy.
        fails: the upstream answers with 500.
        tls: the gateway reaches the upstream by TLS.
    """

    upstream: str
    events: int = 0
    pause_ms: int = 0
    packed: bool = False
    guarded: bool = False
    tls: bool = False
    fails: bool = False

    @property
    def name(self) -> str:
        """The name that is asked for, the same on both sides of the gateway."""
        way = self.upstream + "-guarded" * self.guarded + "-tls" * self.tls
        if self.fails:
            return f"{way}-fails"
        kind = f"{self.events}x{self.pause_ms}" if self.events else "json" + "-gzip" * self.packed
        return f"{way}-{kind}"


def parse(name: str) -> BenchModel:
    """The model of a name.

    Raises:
        ValueError: no model is called so.
    """
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no model of the bench")
    return BenchModel(
        found["upstream"],
        int(found["events"] or 0),
        int(found["pause"] or 0),
        bool(found["packed"]),
        bool(found["guarded"]),
        bool(found["tls"]),
        bool(found["fails"]),
    )
