"""The scenarios: what is asked, how much of it, and what a candidate must be able to do for it.

It does not know the candidates. A scenario is a closed loop whose processor time is counted; latency,
memory and start are measured apart (`bench.rounds`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.load.plan import Plan
from bench.load.requests import Ask
from bench.models import BenchModel
from bench.peers.contract import KEY, Running

LEAST = 20  # requests that even the slowest candidate gets


@dataclass(frozen=True)
class Scenario:
    """One kind of traffic.

    Attributes:
        name: key of its figures.
        title: what stands in the tables.
        door: the client's dialect.
        total: requests, for a candidate with a scale of 1.
        connections: in flight at once.
        needs: what a candidate must be able to do: `anthropic` (pass it through), `translate`,
            `guard` (search text), `packed` (bear a compressed answer), `unasked` (a stream that
            does not ask for usage), `tls` (to the upstream), `workers` (be several processes).
        waves: how often that many are asked, each connection again: what opening one costs is not
            what an event costs.
        workers: processes of the candidate; it is started apart for more than one.
    """

    name: str
    title: str
    model: BenchModel
    door: str = "openai"
    body: str = "small"
    usage: bool = True
    total: int = 3_000
    connections: int = 64
    needs: frozenset[str] = frozenset()
    waves: int = 1
    workers: int = 1

    @property
    def streams(self) -> bool:
        """Whether answers are streams; their cost is counted per event."""
        return self.model.events > 0

    def plan(self, running: Running, scale: float) -> Plan:
        """What the load is told. Paced streams all run at once, so that they scale in number."""
        total = max(LEAST, int(self.total * scale))
        return Plan(
            "closed",
            port_of(running, self.model),
            KEY,
            ask_of(running, self),
            connections=min(self.connections, total),
            total=total * self.waves,
            events=self.model.events,
            rising=self.workers > 1,
        )


def port_of(running: Running, model: BenchModel) -> int:
    """The candidate's port for a model."""
    return running.tls_port if model.tls and running.tls_port else running.port


def ask_of(running: Running, scenario: Scenario) -> Ask:
    """The request as this candidate wants it."""
    return Ask(
        scenario.door,
        running.prefix + scenario.model.name,
        scenario.body,
        stream=scenario.streams,
        usage=scenario.usage,
        path=running.paths.get(scenario.door, ""),
        headers=running.headers,
    )


_JSON = BenchModel("openai")
_PACED = BenchModel("openai", 60, 20)
_BURST = BenchModel("openai", 200)


def _paced(name: str, title: str, model: BenchModel, *needs: str, door: str = "openai") -> Scenario:
    return Scenario(
        name, title, model, door, total=100, connections=100, needs=frozenset(needs), waves=3
    )


def _json(name: str, title: str, model: BenchModel, *needs: str, door: str = "openai") -> Scenario:
    return Scenario(name, title, model, door, needs=frozenset(needs))


_ANTHROPIC = replace(_JSON, upstream="anthropic")
_ANTHROPIC_PACED = replace(_PACED, upstream="anthropic")

# about a second of ours, and 400 requests of the slowest peer, whose cost of 120 varies twofold
JSON = Scenario("json", "JSON, 1 KB", _JSON, total=20_000)
TWO_WORKERS = replace(
    JSON,
    name="2-workers",
    title="JSON, 1 KB, 2 workers",
    total=12_000,
    needs=frozenset({"workers"}),
    workers=2,
)
PACED = _paced("paced", "stream, an event each 20 ms", _PACED)
SCENARIOS: tuple[Scenario, ...] = (
    JSON,
    Scenario("agent", "JSON, 150 KB of a coding agent", _JSON, body="agent", total=600),
    Scenario("image", "JSON, 2 MB with a picture", _JSON, body="image", total=100, connections=16),
    PACED,
    Scenario("burst", "stream, 200 events at once", _BURST, total=400),
    replace(
        _paced("unasked", "stream, usage not asked for", _PACED, "unasked"),
        usage=False,
    ),
    _json("packed", "JSON, upstream compresses", replace(_JSON, packed=True), "packed"),
    _json("a-json", "JSON, Anthropic both ways", _ANTHROPIC, "anthropic", door="anthropic"),
    _paced(
        "a-paced", "stream, Anthropic both ways", _ANTHROPIC_PACED, "anthropic", door="anthropic"
    ),
    _json(
        "ao-json", "JSON, Anthropic client, OpenAI upstream", _JSON, "translate", door="anthropic"
    ),
    _paced(
        "ao-paced",
        "stream, Anthropic client, OpenAI upstream",
        _PACED,
        "translate",
        door="anthropic",
    ),
    _json("oa-json", "JSON, OpenAI client, Anthropic upstream", _ANTHROPIC, "translate"),
    _paced("oa-paced", "stream, OpenAI client, Anthropic upstream", _ANTHROPIC_PACED, "translate"),
    _json("guarded-json", "JSON, guardrail both ways", replace(_JSON, guarded=True), "guard"),
    _paced("guarded-paced", "stream, guardrail both ways", replace(_PACED, guarded=True), "guard"),
    _json("tls-json", "JSON, TLS to the upstream", replace(_JSON, tls=True), "tls"),
    _paced("tls-paced", "stream, TLS to the upstream", replace(_PACED, tls=True), "tls"),
    TWO_WORKERS,
)
HELD = BenchModel("openai", 3, 1_500)
FIRST = BenchModel("openai", 5, 10)
# slow enough that a candidate under strace on a busy machine keeps up: two events read at once would
# count as one
COUNTED = (BenchModel("openai", 5, 30), BenchModel("openai", 35, 30))


def models() -> tuple[BenchModel, ...]:
    """Every model of a run, once."""
    asked = [scenario.model for scenario in SCENARIOS]
    return tuple(dict.fromkeys([*asked, HELD, FIRST, *COUNTED]))
