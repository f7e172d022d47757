"""Credentials that no settings hold: kept by place, looked for anew when files change."""

from __future__ import annotations

import os

import pytest

from support.asking import NOW_S, World, sts_answer, turns
from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.aws.chain import sources as own
from vanguard.gateway.aws.chain.sources import Place, Sources, place_of
from vanguard.snapshot.model import Aws

STS = "https://sts.eu-west-1.amazonaws.com"
PLACE = Place("profile/p", "eu-west-1", STS)


class Home:
    """Files of a home, and who looks at them."""

    def __init__(self, folder):
        self.config = folder / "config"
        self.credentials = folder / "credentials"
        self.variables = {
            "AWS_CONFIG_FILE": str(self.config),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials),
        }
        self.world = World(lambda told: (200, sts_answer()))
        self.sources = Sources(self.world.asker, self.world.around, lambda: self.variables)

    def pair(self, name):
        text = f"[p]\naws_access_key_id = {name}\naws_secret_access_key = s-{name}\n"
        self.credentials.write_text(text)
        # of a file system that counts in seconds, too
        os.utime(self.credentials, ns=(1, sum(name.encode())))

    async def key_id(self, place=PLACE):
        return (await self.sources.keeper(place).get()).access_key_id


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(own, "_LOOK_AGAIN_S", 0.0)
    return Home(tmp_path)


def test_a_place_is_told_by_name_and_region():
    aws = Aws("eu-west-1", source="profile/p", sts_url=STS)
    assert place_of(aws) == PLACE


async def test_a_pair_that_was_rotated_is_taken_up_while_the_old_one_serves(home):
    home.pair("AK1")
    home.sources.keep([PLACE])
    await turns()
    assert home.sources.keeper(PLACE).current().access_key_id == "AK1"
    home.sources.sweep()
    home.world.now_s += 60
    home.sources.sweep()
    await turns()
    home.pair("AK2")
    assert home.sources.keeper(PLACE).current().access_key_id == "AK1"
    home.sources.sweep()
    await turns()
    assert home.sources.keeper(PLACE).current().access_key_id == "AK2"
    home.world.now_s += 60
    home.credentials.write_text("[broken")
    home.sources.sweep()
    await turns()
    assert home.sources.keeper(PLACE).current().access_key_id == "AK2"
    assert home.world.notes == ["aws:profile/p: AWS's file credentials cannot be read, line 1"]


async def test_a_role_of_a_profile_is_assumed_and_renewed(home):
    home.config.write_text("[profile p]\nrole_arn = arn:x\nsource_profile = base\n")
    home.credentials.write_text("[base]\naws_access_key_id = AKB\naws_secret_access_key = s\n")
    assert await home.key_id() == "ASIA1"
    (told,) = home.world.asked
    assert (told.url, told.form["RoleArn"]) == (f"{STS}/", "arn:x")
    assert "Credential=AKB/20261125/eu-west-1/sts/" in told.headers["authorization"]
    home.world.now_s = NOW_S + 3_600 - 200
    home.sources.sweep()
    await turns()
    assert len(home.world.asked) == 2


async def test_a_web_identity_is_shown_and_read_anew_for_each_session(home, tmp_path):
    token = tmp_path / "token"
    token.write_text("first.token\n")
    home.variables |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": "arn:web"}
    place = Place("default", "eu-west-1", STS)
    assert await home.key_id(place) == "ASIA1"
    told = home.world.asked[0]
    assert "authorization" not in told.headers
    assert told.form == {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": "arn:web",
        "RoleSessionName": "vanguard",
        "WebIdentityToken": "first.token",
    }
    token.write_text("second.token")
    home.world.now_s = NOW_S + 3_500
    home.sources.sweep()
    await turns()
    assert home.world.asked[1].form["WebIdentityToken"] == "second.token"


async def test_a_program_and_a_machine_are_asked(home):
    home.config.write_text("[profile p]\ncredential_process = /nowhere/at/all\n")
    with pytest.raises(UpstreamUnavailable, match="credential_process"):
        await home.key_id()
    home.world.answer = lambda told: (404, b"")
    with pytest.raises(UpstreamUnavailable, match="IMDSv2"):
        await home.key_id(Place("default", "r", STS))
    home.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/x"
    with pytest.raises(UpstreamUnavailable, match="container's service"):
        await home.key_id(Place("default", "r2", STS))


async def test_files_that_cannot_be_read_are_told(home):
    home.config.mkdir()
    with pytest.raises(UpstreamUnavailable, match="config cannot be read"):
        await home.key_id()
    home.config.rmdir()
    home.config.write_bytes(b"\xff")
    with pytest.raises(UpstreamUnavailable, match="not UTF-8"):
        await home.key_id(Place("profile/p", "r2", STS))


async def test_places_that_no_deployment_names_are_forgotten(home):
    home.pair("AK1")
    home.sources.keep([PLACE])
    await turns()
    before = home.sources.keeper(PLACE)
    home.sources.keep([PLACE])
    assert home.sources.keeper(PLACE) is before
    home.sources.keep([])
    assert home.sources.keeper(PLACE) is not before
    home.sources.close()


async def test_whoever_waits_for_a_place_that_a_reload_takes_away_hears_of_it(home):
    home.pair("AK1")
    ready = []
    home.sources.keep([PLACE])
    assert home.sources.keeper(PLACE).wait(lambda: ready.append(1))
    home.sources.keep([])
    await turns()
    assert ready == [1]
    assert await home.key_id() == "AK1"
    home.sources.sweep()
    assert not home.sources._keepers
