"""Limits that others lend are borrowed before anybody goes on."""

import pytest

from support.gateway import KEY, deployment, snapshot, until
from support.stories import ASK, TEXT, begun, openai_chat, read_chat
from support.upstream import Upstream, stream
from vanguard.compose.supervisor.workers.lend import Lending
from vanguard.core.errors import LimitsUnavailable, RateLimited
from vanguard.gateway.continuing import room
from vanguard.gateway.continuing.room import make_room
from vanguard.gateway.limits.holding import NotHeld
from vanguard.snapshot.model import Limits, Model


class Link:
    """Lends after so many questions, or says why not."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = 0

    def ask(self, wanted, answered, deadline, tries):
        assert tries == self.asked
        self.asked += 1
        answered(self.answers.pop(0))


class Gateway:
    def __init__(self, link):
        self.link = link
        self.loop_time = lambda: 5.0


def told_by(monkeypatch, link, outcomes):
    def reserve(gateway, exchange):
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    monkeypatch.setattr(room, "reserve", reserve)
    told = []
    make_room(Gateway(link), None, told.append)
    return told


def wanted():
    return NotHeld.__new__(NotHeld)


def test_room_at_once_and_none(monkeypatch):
    assert told_by(monkeypatch, None, [None]) == [None]
    full = RateLimited("full")
    assert told_by(monkeypatch, None, [full]) == [full]
    (error,) = told_by(monkeypatch, None, [wanted()])
    assert isinstance(error, LimitsUnavailable)


def test_what_is_not_held_is_borrowed(monkeypatch):
    link = Link([None, None])
    assert told_by(monkeypatch, link, [wanted(), wanted(), None]) == [None]
    assert link.asked == 2
    full = RateLimited("full")
    assert told_by(monkeypatch, Link([full]), [wanted()]) == [full]


@pytest.mark.parametrize(("limit", "goes_on"), [(2, True), (1, False)])
async def test_with_a_lender(runner, client, tmp_path, limit, goes_on):
    said = []
    lending = Lending(
        tmp_path / "l.sock", tmp_path / "snapshot.json", tmp_path / "journal", said.append
    )
    await lending.start()
    broken = stream(begun("openai_chat", 3), die=True)
    good = stream(openai_chat([TEXT[len("Once upon a") :]], name="c2"))
    async with Upstream([broken]) as first, Upstream([good]) as second:
        places = [
            deployment(first.base_url),
            deployment(second.base_url, name="m/1", continues="prefill"),
        ]
        names = ("m/0", "m/1")
        models = {
            "m": Model("m", "chat", names, continuations=1),
            "e": Model("e", "embedding", names),
        }
        value = snapshot(places, models=models, limits=Limits(requests_per_minute=limit))
        running = await runner.start(value, limits_socket=str(tmp_path / "l.sock"))
        url = running.base_url + "/v1/chat/completions"
        answer = await client.post(url, json={**ASK, "stream": True}, headers=KEY)
        if goes_on:
            assert read_chat(answer.content) == TEXT
        else:
            assert b"upstream_truncated" in answer.content
            assert not second.asked
        await until(lambda: not running.gateway.in_flight)
    await runner.stop_all()
    await lending.close()
    assert said == []
