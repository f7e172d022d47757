"""Agent sessions as they are seen on the wire: what each request holds, and when the next one follows.

It does not know routing or providers. The shape follows what coding agents do: a long system prompt with
tools that many sessions share, a loop of short answers and tool results after each prompt of a person,
pauses that are sometimes longer than a prompt cache lives, sub-agents with a prompt of their own beside
it, and a summary in place of the conversation when that has become too long. All draws come from the
session's own seed, so that every way of routing is asked the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

# text takes 4 bytes a token in the gateway's estimate; with the model it is a little less, as always
TRUE_BYTES_A_TOKEN = 3.7
MAX_TOKENS = 8_192
_COMPACT_TOKENS = 150_000
_AGENTS = 3
_PEAK_HOURS = ((9.0, 1.0), (11.0, 1.6), (14.0, 1.8), (16.0, 1.4), (20.0, 0.3), (2.0, 0.1))


@dataclass(frozen=True)
class Turn:
    """One request.

    Attributes:
        body: as it is sent.
        chain: of each beginning that a cache may hold, its name and its true tokens.
        output_tokens: what the model will write.
        then_s: pause between the answer's end and the next request of the conversation.
    """

    body: bytes
    chain: tuple[tuple[int, int], ...]
    output_tokens: int
    then_s: float

    @property
    def input_tokens(self) -> int:
        """True tokens of the whole."""
        return self.chain[-1][1]


@dataclass
class Conversation:
    """Messages so far, as bytes and as a chain."""

    system: bytes
    chain: list[tuple[int, int]] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chain = [(hash(self.system), _tokens(self.system))]

    def say(self, role: str, tokens: int, mark: str) -> None:
        """One more message; its text is its mark, again and again."""
        text = (mark * (tokens * 4 // len(mark) + 1))[: tokens * 4]
        message = json.dumps({"role": role, "content": [{"type": "text", "text": text}]}).encode()
        self.messages.append(message)
        before, size = self.chain[-1]
        self.chain.append((hash((before, message)), size + _tokens(message)))

    def turn(self, output_tokens: int, then_s: float) -> Turn:
        """The request that asks for the next answer, with a cache marker in its last message."""
        last = self.messages[-1][:-3] + b', "cache_control": {"type": "ephemeral"}}]}'
        head = b'{"model": "m", "max_tokens": %d, "stream": true, ' % MAX_TOKENS
        said = b", ".join((*self.messages[:-1], last))
        body = head + b'"system": "%b", "messages": [%b]}' % (self.system, said)
        return Turn(body, tuple(self.chain), output_tokens, then_s)


@dataclass(frozen=True)
class Session:
    """One agent's, or one sub-agent's, turns."""

    starts_s: float
    seed: int
    steps: int = 0  # of a sub-agent; 0 for a session with a person

    def turns(self) -> Iterator[Turn]:
        """One after the other; a session is made while it runs, so that a day fits into memory."""
        random = Random(self.seed)
        return self._sub_agent(random) if self.steps else self._person(random)

    def _sub_agent(self, random: Random) -> Iterator[Turn]:
        talk = Conversation(_system(f"sub-agent {random.randrange(_AGENTS)}", 6_000))
        talk.say("user", random.randint(200, 1_500), f"task {self.seed} ")
        for step in range(self.steps):
            yield talk.turn(output := random.randint(60, 500), random.uniform(0.2, 3.0))
            talk.say("assistant", output, f"step {self.seed} {step} ")
            talk.say("user", _result_tokens(random), f"result {self.seed} {step} ")

    def _person(self, random: Random) -> Iterator[Turn]:
        agent = f"agent {random.randrange(_AGENTS)}"
        talk = Conversation(_system(agent, 16_000))
        talk.say("user", random.randint(1_000, 4_000), f"project {self.seed % 7} ")
        for prompt in range(random.randint(3, 18)):
            talk.say("user", random.randint(20, 600), f"prompt {self.seed} {prompt} ")
            steps = random.randint(2, 14)
            for step in range(steps):
                then_s = random.uniform(0.3, 6.0) if step < steps - 1 else _thinking_s(random)
                output = random.randint(40, 600)
                yield talk.turn(output, then_s)
                talk.say("assistant", output, f"say {self.seed} {prompt} {step} ")
                if step < steps - 1:
                    result = f"got {self.seed} {prompt} {step} "
                    talk.say("user", _result_tokens(random), result)
            if talk.chain[-1][1] > _COMPACT_TOKENS:
                talk = Conversation(_system(agent, 16_000))
                talk.say("user", 4_000, f"summary {self.seed} {prompt} ")


def day(developers: int, hours: float, seed: int) -> list[Session]:
    """The sessions of a day, by their start; a person has several, most of them in working hours."""
    random = Random(seed)
    sessions = []
    for developer in range(developers):
        for number in range(max(1, round(random.gauss(4, 1.5) * hours / 24))):
            starts_s = _working_hour(random) * 3_600 * hours / 24
            own = seed * 1_000_003 + developer * 101 + number
            sessions.append(Session(starts_s, own))
            for sub in range(random.choice((0, 0, 0, 1, 2, 4))):
                later_s = random.uniform(30, 1_200)
                steps = random.randint(4, 15)
                sessions.append(Session(starts_s + later_s, own * 31 + sub + 1, steps))
    return sorted(sessions, key=lambda one: one.starts_s)


def _working_hour(random: Random) -> float:
    around, weights = zip(*_PEAK_HOURS, strict=True)
    return (random.choices(around, weights)[0] + random.gauss(0, 0.8)) % 24


def _thinking_s(random: Random) -> float:
    """Half a minute mostly; one pause in ten is longer than a cache lives."""
    return min(random.lognormvariate(3.7, 1.4), 3_600.0)


def _result_tokens(random: Random) -> int:
    """What a tool gives back: a line, or a whole file."""
    return min(int(random.lognormvariate(6.3, 1.1)) + 20, 12_000)


def _system(name: str, tokens: int) -> bytes:
    text = f"{name}: rules and tools. "
    return (text * (tokens * 4 // len(text) + 1))[: tokens * 4].encode()


def _tokens(data: bytes) -> int:
    return int(len(data) / TRUE_BYTES_A_TOKEN)
