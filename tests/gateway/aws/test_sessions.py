"""Credentials in force, fetched once, renewed ahead, waited for."""

import pytest

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.aws import sessions as own
from vanguard.gateway.aws.sessions import Sessions
from vanguard.snapshot.model import AssumedRole, Aws

URL = "https://sts.example"
ROLE = Aws("r", "id", "secret", role=AssumedRole("arn:role", URL))
TEAMS = Aws("r", "id", "secret", role=AssumedRole("arn:role", URL, tags=(("t", "{team}"),)))
ANSWER = (
    '<R xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Credentials><AccessKeyId>{}</AccessKeyId>'
    "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
    "<Expiration>{}</Expiration></Credentials></R>"
)


class World:
    """A clock, a file of secrets, and an STS that answers when told to."""

    def __init__(self):
        self.now_s = 1_795_608_000.0  # 2026-11-25T12:00:00Z
        self.secrets = {"id": b"AKIA", "secret": b"s", "": b""}
        self.asked = []
        self.notes = []
        self.sessions = Sessions(self.resolve, self.request, lambda: self.now_s, self.notes.append)

    def resolve(self, reference):
        if reference not in self.secrets:
            raise UpstreamUnavailable(f"no {reference}")
        return self.secrets[reference]

    def request(self, origin, data, sink):
        assert origin.host == "sts.example"
        self.asked.append((data, sink))

    def answer(self, name="ASIA1", expires="2026-11-25T13:00:00Z", status=200):
        _, sink = self.asked[-1]
        sink.head(status, [])
        sink.data(ANSWER.format(name, expires).encode())
        sink.end()


@pytest.fixture
def world():
    return World()


def test_a_pair_of_ones_own_is_read_each_time(world):
    aws = Aws("r", "id", "secret")
    assert world.sessions.credentials(aws, {}).access_key_id == "AKIA"
    world.secrets["id"] = b"AKIB"
    assert world.sessions.credentials(aws, {}).access_key_id == "AKIB"
    assert not world.sessions.wait([(aws, {})], pytest.fail)


def test_the_first_waits_and_the_next_do_not(world):
    ready = []
    assert world.sessions.wait([(ROLE, {})], lambda: ready.append(1))
    assert world.sessions.wait([(ROLE, {})], lambda: ready.append(2))
    assert len(world.asked) == 1
    with pytest.raises(UpstreamUnavailable, match="not been assumed yet"):
        world.sessions.credentials(ROLE, {})
    world.answer()
    assert ready == [1, 2]
    assert world.sessions.credentials(ROLE, {}).session_token == "t"
    assert not world.sessions.wait([(ROLE, {})], pytest.fail)


def test_each_team_has_a_session_of_its_own(world):
    for team in ("a", "b"):
        assert world.sessions.wait([(TEAMS, {"team": team})], lambda: None)
        world.answer(f"ASIA{team}")
    assert world.asked[0][0].endswith(b"Tags.member.1.Value=a")
    got = [world.sessions.credentials(TEAMS, {"team": team}).access_key_id for team in ("a", "b")]
    assert got == ["ASIAa", "ASIAb"]


def test_sessions_are_renewed_ahead_of_their_end_and_serve_meanwhile(world):
    world.sessions.prefetch([ROLE, TEAMS, Aws("r", "id", "secret")])
    assert len(world.asked) == 1
    world.answer()
    world.now_s += 3_600 - 301
    world.sessions.credentials(ROLE, {})
    world.sessions.sweep()
    assert len(world.asked) == 1
    world.now_s += 2
    world.sessions.sweep()
    assert len(world.asked) == 2
    assert world.sessions.credentials(ROLE, {}).access_key_id == "ASIA1"
    world.answer("ASIA2", "2026-11-25T14:00:00Z")
    assert world.sessions.credentials(ROLE, {}).access_key_id == "ASIA2"


def test_a_refusal_is_told_to_who_waits_and_tried_again_later(world):
    ready = []
    assert world.sessions.wait([(ROLE, {})], lambda: ready.append(1))
    _, sink = world.asked[0]
    sink.fail(UpstreamError("no way"))
    sink.end()  # what comes later changes nothing
    assert ready == [1]
    with pytest.raises(UpstreamUnavailable, match="no way"):
        world.sessions.credentials(ROLE, {})
    assert not world.sessions.wait([(ROLE, {})], pytest.fail)
    assert "no way" in world.notes[0]
    world.now_s += 6
    assert world.sessions.wait([(ROLE, {})], lambda: None)


def test_one_account_that_is_ready_is_enough(world):
    other = Aws("r2", "id", "secret", role=AssumedRole("arn:other", URL))
    ready = []
    assert world.sessions.wait([(ROLE, {}), (other, {})], lambda: ready.append(1))
    world.answer()
    assert ready == [1]
    assert not world.sessions.wait([(ROLE, {}), (other, {})], pytest.fail)
    world.asked[0][1].fail(UpstreamError("late"))
    assert ready == [1]


def test_a_pair_that_is_missing_is_told(world):
    del world.secrets["id"]
    assert not world.sessions.wait([(ROLE, {})], pytest.fail)
    with pytest.raises(UpstreamUnavailable, match="no id"):
        world.sessions.credentials(ROLE, {})


def test_silence_and_floods_are_given_up(world, monkeypatch):
    ready = []
    assert world.sessions.wait([(ROLE, {})], lambda: ready.append(1))
    monkeypatch.setattr(own, "_FETCH_S", -1.0)
    world.sessions.sweep()
    assert ready == [1]
    with pytest.raises(UpstreamUnavailable, match="no answer within"):
        world.sessions.credentials(ROLE, {})
    world.now_s += 6
    world.sessions.wait([(ROLE, {})], lambda: None)
    world.asked[-1][1].data(b"x" * 70_000)
    with pytest.raises(UpstreamUnavailable, match="too long"):
        world.sessions.credentials(ROLE, {})


def test_sessions_are_bounded_and_unused_ones_forgotten(world, monkeypatch):
    monkeypatch.setattr(own, "_SESSIONS", 2)
    for team in ("a", "b", "c"):
        world.sessions.wait([(TEAMS, {"team": team})], lambda: None)
        world.answer()
    assert len(world.sessions._states) == 2
    world.now_s += 8_000
    world.sessions.sweep()
    assert not world.sessions._states
