"""Roles assumed at STS: what is sent, and what is told when it fails."""

from __future__ import annotations

import pytest

from support.asking import World, sts_answer
from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.aws.assume import assume_role, assume_with_token
from vanguard.gateway.aws.sts import Asked
from vanguard.snapshot.model import AssumedRole
from vanguard.wire.sigv4 import AwsCredentials

URL = "https://sts.eu-west-1.amazonaws.com"
OWN = AwsCredentials("AKIA", "secret")


def asked(url=URL):
    return Asked(AssumedRole("arn:x", url), "me", ())


async def test_a_session_comes_with_its_end():
    world = World(lambda told: (200, sts_answer()))
    got = await assume_role(asked(), OWN, "eu-west-1", world.asker, world.now_s)
    assert got.value == AwsCredentials("ASIA1", "secret-of-ASIA1", "token-of-ASIA1")
    assert got.expires_s == world.now_s + 3_600
    shown = await assume_with_token("arn:x", "me", "a.b.c", URL, world.asker)
    assert shown == got
    signed, unsigned = world.asked
    assert "Credential=AKIA/20261125/eu-west-1/sts" in signed.headers["authorization"]
    assert unsigned.form["WebIdentityToken"] == "a.b.c"


@pytest.mark.parametrize(
    ("answer", "url", "words"),
    [
        (UpstreamError("gone"), URL, "gone"),
        ((200, b"no"), URL, "no XML"),
        ((200, b""), "ftp://sts", "ftp"),
    ],
)
async def test_what_went_wrong_names_the_role(answer, url, words):
    world = World(lambda told: answer)
    with pytest.raises(UpstreamUnavailable, match=f"arn:x could not be assumed.*{words}"):
        await assume_role(asked(url), OWN, "r", world.asker, world.now_s)
