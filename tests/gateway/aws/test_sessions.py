"""Credentials in force: of one's own, of places, of roles, and for whom."""

from __future__ import annotations

import pytest

from support.asking import World, sts_answer, turns
from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.aws import sessions as own
from vanguard.gateway.aws.chain.sources import Sources
from vanguard.gateway.aws.sessions import Sessions
from vanguard.snapshot.model import AssumedRole, Aws

URL = "https://sts.example"
ROLE = Aws("r", "id", "secret", role=AssumedRole("arn:role", URL))
TEAMS = Aws("r", "id", "secret", role=AssumedRole("arn:role", URL, tags=(("t", "{team}"),)))


class Kept:
    """Sessions before an STS that answers when told to."""

    def __init__(self):
        self.world = World()
        self.secrets = {"id": b"AKIA", "secret": b"s", "": b""}
        self.variables = {}
        world = self.world
        self.sources = Sources(world.asker, world.around, lambda: self.variables)
        self.sessions = Sessions(self.resolve, world.asker, self.sources, world.around)

    def resolve(self, reference):
        if reference not in self.secrets:
            raise UpstreamUnavailable(f"no {reference}")
        return self.secrets[reference]

    async def come(self, name="ASIA1"):
        self.world.reply((200, sts_answer(name)))
        await turns()


@pytest.fixture
def kept(tmp_path):
    made = Kept()
    missing = str(tmp_path / "none")
    made.variables = {"AWS_CONFIG_FILE": missing, "AWS_SHARED_CREDENTIALS_FILE": missing}
    return made


def test_a_pair_of_ones_own_is_read_each_time(kept):
    aws = Aws("r", "id", "secret")
    assert kept.sessions.credentials(aws, {}).access_key_id == "AKIA"
    kept.secrets["id"] = b"AKIB"
    assert kept.sessions.credentials(aws, {}).access_key_id == "AKIB"
    assert not aws.fetched


async def test_a_role_is_assumed_with_the_pair(kept):
    kept.sessions.prefetch([ROLE, TEAMS, Aws("r", "id", "secret")])
    await turns()
    (told,) = kept.world.asked
    assert (told.url, told.form["RoleArn"]) == ("https://sts.example/", "arn:role")
    assert "Credential=AKIA/20261125/r/sts/" in told.headers["authorization"]
    with pytest.raises(UpstreamUnavailable, match="has not come yet"):
        kept.sessions.credentials(ROLE, {})
    await kept.come()
    assert kept.sessions.credentials(ROLE, {}).session_token == "token-of-ASIA1"


async def test_each_team_has_a_session_of_its_own(kept):
    for team in ("a", "b"):
        assert kept.sessions.keeper(TEAMS, {"team": team}).wait(lambda: None)
        await turns()
        await kept.come(f"ASIA{team}")
    assert kept.world.asked[0].form["Tags.member.1.Value"] == "a"
    got = [kept.sessions.credentials(TEAMS, {"team": team}).access_key_id for team in ("a", "b")]
    assert got == ["ASIAa", "ASIAb"]


async def test_a_role_is_assumed_with_what_a_place_gives(kept):
    kept.variables |= {"AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "s"}
    aws = Aws("r", source="default", sts_url=URL, role=AssumedRole("arn:role", URL))
    kept.sessions.prefetch([aws])
    await turns()
    assert "Credential=AKENV/" in kept.world.asked[0].headers["authorization"]
    await kept.come()
    assert kept.sessions.credentials(aws, {}).access_key_id == "ASIA1"
    plain = Aws("r", source="default", sts_url=URL)
    assert kept.sessions.credentials(plain, {}).access_key_id == "AKENV"


async def test_sessions_are_renewed_while_somebody_uses_them(kept):
    kept.sessions.prefetch([ROLE])
    await turns()
    kept.world.reply((200, sts_answer("ASIA1", "2026-11-25T13:05:00Z")))
    await turns()
    kept.world.now_s += 3_650
    kept.sessions.sweep()
    await turns()
    assert len(kept.world.asked) == 1
    kept.sessions.credentials(ROLE, {})
    kept.sessions.sweep()
    await turns()
    assert len(kept.world.asked) == 2


async def test_a_refusal_is_told_with_the_roles_name(kept):
    assert kept.sessions.keeper(ROLE, {}).wait(lambda: None)
    await turns()
    kept.world.reply(UpstreamError("no way"))
    await turns()
    with pytest.raises(UpstreamUnavailable, match="the AWS role of this deployment cannot be had"):
        kept.sessions.credentials(ROLE, {})
    assert kept.world.notes == ["role arn:role: the role arn:role could not be assumed: no way"]


async def test_a_pair_that_is_missing_is_told(kept):
    del kept.secrets["id"]
    kept.sessions.prefetch([ROLE])
    await turns()
    assert kept.world.notes == ["role arn:role: no id"]
    assert not kept.world.asked


async def test_sessions_are_bounded_and_unused_ones_forgotten(kept, monkeypatch):
    monkeypatch.setattr(own, "_SESSIONS", 2)
    for team in ("a", "b", "c"):
        kept.sessions.keeper(TEAMS, {"team": team}).begin()
        await turns()
        await kept.come()
    assert len(kept.sessions._roles) == 2
    kept.world.now_s += 8_000
    kept.sessions.sweep()
    assert not kept.sessions._roles


async def test_closing_leaves_nothing_running(kept):
    kept.sessions.prefetch([ROLE])
    await turns()
    kept.sessions.close()
    await turns()
    assert not [one for one in kept.sessions._roles.values() if one._task and not one._task.done()]
