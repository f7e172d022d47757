"""Requests have the promised shape, and a wrong answer is never taken for a right one."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import select
import time
from collections.abc import AsyncIterator

import pytest
from bench.load.client import Client
from bench.load.drive import Load
from bench.load.plan import Plan, Seen, percentile
from bench.load.requests import BODIES, DOORS, Ask, body_bytes, request_bytes
from bench.load.timer import Timer
from bench.models import BenchModel, parse
from bench.peers.registry import CANDIDATES, chosen
from bench.rounds import BenchError, sound
from bench.scenarios import SCENARIOS, models
from bench.upstream.answers import LAST_CHUNK, MARK, STREAM_HEAD, VOICES, chunk, head, whole
from bench.upstream.server import Upstream, field, script

SIZES = {"small": (700, 1_100), "agent": (145_000, 160_000), "image": (1_950_000, 2_100_000)}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("body", BODIES)
def test_bodies_are_json_of_their_size_and_the_same_each_time(door, body):
    ask = Ask(door, "openai-json", body)
    made = body_bytes(ask)
    low, high = SIZES[body]
    assert low < len(made) < high
    assert json.loads(made)["model"] == "openai-json"
    assert body_bytes(ask) == made


def test_usage_is_asked_for_where_the_dialect_has_a_way_and_the_scenario_wants_it():
    def asked(door: str, usage: bool) -> object:
        ask = Ask(door, "m", stream=True, usage=usage)
        return json.loads(body_bytes(ask)).get("stream_options")

    assert asked("openai", True) == {"include_usage": True}
    assert asked("openai", False) is None
    assert asked("anthropic", True) is None


def test_a_request_carries_its_dialects_credential_and_length():
    made = request_bytes(Ask("anthropic", "m", path="/else"), 80, "secret")
    top, _, body = made.partition(b"\r\n\r\n")
    assert top.startswith(b"POST /else HTTP/1.1\r\n")
    assert b"\r\nx-api-key: secret\r\n" in top
    assert f"Content-Length: {len(body)}".encode() in top


@pytest.mark.parametrize(
    "model",
    [
        BenchModel("openai"),
        BenchModel("openai", packed=True),
        BenchModel("anthropic", 60, 20, guarded=True),
        BenchModel("openai", 5, 0, tls=True),
        BenchModel("openai", guarded=True, tls=True),
        BenchModel("anthropic", fails=True),
    ],
)
def test_a_models_name_says_it_all(model):
    assert parse(model.name) == model


def test_no_model_is_called_so():
    with pytest.raises(ValueError, match="no model"):
        parse("openai-sometimes")


def test_scenarios_have_names_of_their_own_and_models_that_the_run_knows():
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert {scenario.model for scenario in SCENARIOS} <= set(models())
    needed = frozenset().union(*(scenario.needs for scenario in SCENARIOS))
    assert needed == CANDIDATES["vanguard"].able


@pytest.mark.parametrize("name", VOICES)
def test_an_answer_has_usage_and_each_event_one_mark(name):
    voice = VOICES[name]
    assert b'"usage"' in voice.answer
    assert 900 < len(voice.answer) < 1_100
    assert [event.count(MARK) for event in voice.events] == [1] * len(voice.events)
    assert MARK not in voice.begin + voice.end + voice.end_usage + voice.answer


def test_a_script_says_usage_only_where_it_was_asked_for():
    model = BenchModel("openai", 3, 10)
    assert b'"usage"' not in script("openai", model, usage=False).end
    assert b'"usage"' in script("openai", model, usage=True).end
    at_once = script("openai", BenchModel("openai", 7), usage=True).at_once
    assert at_once.count(MARK) == 7
    assert at_once.endswith(LAST_CHUNK)


def test_fields_are_found_behind_megabytes():
    body = body_bytes(Ask("openai", "openai-json", "image"))
    turned = json.dumps(dict(reversed(json.loads(body).items()))).encode()
    found = field(turned, b'"model"', re.compile(rb'\s*:\s*"([^"]*)"'))
    assert found is not None
    assert found[1] == b"openai-json"


class Heard:
    """Collects what a client makes of an answer that is fed to it."""

    def __init__(self, events: int) -> None:
        self.seen = Seen()
        self.client = Client(self.seen, b"", events, lambda client: None)
        self.client.connection_made(self)  # type: ignore[arg-type]
        self.client.send(time.monotonic())

    def write(self, data: bytes) -> None:
        pass

    def after(self, data: bytes, pieces: int = 1) -> Seen:
        for at in range(0, len(data), pieces):
            self.client.data_received(data[at : at + pieces])
        return self.seen


def stream(events: int, end: bytes | None = None) -> bytes:
    voice = VOICES["openai"]
    said = b"".join(chunk(voice.events[0]) for _ in range(events))
    return STREAM_HEAD + said + chunk(voice.end if end is None else end) + LAST_CHUNK


@pytest.mark.parametrize("pieces", [1, 7, 100_000])
def test_a_whole_stream_is_right_however_it_is_cut(pieces):
    seen = Heard(3).after(stream(3), pieces)
    assert (seen.answers, seen.failures, seen.events) == (1, 0, 3)
    assert len(seen.first_us) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_json_is_right_plain_or_compressed(packed):
    seen = Heard(0).after(whole(VOICES["openai"], packed=packed), 100_000)
    assert (seen.answers, seen.failures) == (1, 0)


@pytest.mark.parametrize(
    ("events", "answer", "words"),
    [
        (3, stream(2), "2 of 3 events"),
        (3, stream(3, b"data: {}\n\n"), "no end"),
        (0, head("application/json", 2) + b"{}", "no usage"),
        (0, head("application/json", 22, "gzip") + gzip.compress(b"{}", mtime=0), "no usage"),
        (0, b"HTTP/1.1 502 Bad\r\ncontent-length: 1\r\n\r\nx", "status 502"),
    ],
)
def test_a_wrong_answer_is_a_failure_and_says_why(events, answer, words):
    seen = Heard(events).after(answer, 100_000)
    assert (seen.answers, seen.failures) == (0, 1)
    assert words in seen.complaint


def test_a_connection_that_ends_early_is_a_failure():
    heard = Heard(0)
    heard.after(whole(VOICES["openai"])[:-1], 100_000)
    heard.client.connection_lost(None)
    assert heard.seen.failures == 1


def test_a_run_with_a_wrong_or_missing_answer_is_no_run():
    plan = Plan("closed", 1, "k", Ask("openai", "m"), total=2)
    assert sound(plan, Seen(answers=2)).answers == 2
    with pytest.raises(BenchError, match="1 of 2 answers"):
        sound(plan, Seen(answers=1))
    with pytest.raises(BenchError, match="why"):
        sound(plan, Seen(answers=1, failures=1, complaint="why"))


def test_percentiles():
    assert percentile(list(range(1, 101)), 0.5) == 50.5
    assert percentile(list(range(1, 101)), 0.99) == 100
    assert percentile([3], 0.99) == 3
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_peers_are_chosen_by_name():
    assert chosen("") == ["direct", "nginx", "vanguard", "starlette"]
    assert chosen("litellm") == ["direct", "nginx", "vanguard", "litellm"]
    assert chosen("all") == list(CANDIDATES)
    with pytest.raises(ValueError, match="no candidate is called envoy"):
        chosen("envoy")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Where the upstream listens, in this process."""
    loop = asyncio.get_running_loop()
    made: list[Upstream] = []

    def connection() -> Upstream:
        made.append(Upstream(loop))
        return made[-1]

    server = await loop.create_server(connection, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for one in made:
        one.close()
    await asyncio.sleep(0)


@pytest.mark.parametrize("mode", ["closed", "open"])
@pytest.mark.parametrize("events", [0, 4])
async def test_load_and_upstream_agree(port, mode, events):
    ask = Ask(
        "anthropic", BenchModel("anthropic", events, 1 if events else 0).name, stream=events > 0
    )
    plan = Plan(mode, port, "k", ask, connections=2, total=9, rate=500, events=events)
    seen = await Load(plan).run()
    assert (seen.answers, seen.failures, seen.events) == (9, 0, 9 * events)
    assert len(seen.latencies_us) == 9


@pytest.mark.parametrize(("connections", "total"), [(4, 9), (4, 4), (4, 2)])
async def test_a_rising_load_asks_each_connection_and_no_more_than_it_is_told(
    port, connections, total
):
    ask = Ask("openai", "openai-json")
    load = Load(Plan("closed", port, "k", ask, connections=connections, total=total, rising=True))
    seen = await load.run()
    assert (seen.answers, seen.failures) == (total, 0)
    assert len(load._clients) == min(connections, total)
    assert seen.wall_s > 0


async def test_a_rising_load_asks_the_first_before_it_opens_the_next(port):
    load = Load(Plan("closed", port, "k", Ask("openai", "openai-json"), total=9, rising=True))
    asked: list[int] = []
    connect = load._connect

    async def noted() -> Client:
        asked.append(load._sent)
        return await connect()

    load._connect = noted  # type: ignore[method-assign]
    await load.run()
    assert asked[:3] == [0, *sorted(asked[1:3])]
    assert asked[1] >= 1


async def test_a_failing_upstream_ends_the_load(port):
    seen = await Load(Plan("closed", port, "k", Ask("openai", "unknown"), total=500)).run()
    assert seen.answers == 0
    assert 20 < seen.failures < 500


def test_a_timer_goes_off_and_is_quiet_again():
    timer = Timer()
    timer.set(time.monotonic() - 1)
    assert select.select([timer.descriptor], [], [], 5)[0]
    timer.taken()
    assert not select.select([timer.descriptor], [], [], 0)[0]
    timer.close()
