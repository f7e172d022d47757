"""Assuming a role: the request as STS reads it, and its answers."""

from urllib.parse import parse_qs

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.aws.sts import (
    asked_for,
    assume_role_request,
    read_session,
    web_identity_request,
)
from vanguard.gateway.http.origin import parse_base_url
from vanguard.snapshot.model import AssumedRole
from vanguard.wire.sigv4 import AwsCredentials, Signable, matches, payload_hash, read_claim

ARN = "arn:aws:iam::123456789012:role/bedrock"
URL = "https://sts.eu-west-1.amazonaws.com"
ROLE = AssumedRole(
    ARN, URL, "vanguard-{team}", "ext", (("team", "{team}"), ("who", "{user}/{key}")), 900
)
WHO = {"team": "Ärzte & co", "user": "ada", "key": "k"}
ANSWER = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s&amp;s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>2026-11-25T13:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""
ERROR = b"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>"""


def test_marks_stand_for_names_that_sts_takes():
    asked = asked_for(ROLE, WHO)
    assert asked.name == "vanguard--rzte---co"
    assert asked.tags == (("team", "Ärzte _ co"), ("who", "ada/k"))
    assert ROLE.differs
    plain = AssumedRole(ARN, URL, "v")
    assert not plain.differs
    assert asked_for(plain, WHO) == asked_for(plain, {})
    assert asked_for(plain, WHO).name == "v-"


def test_the_request_is_signed_and_has_what_the_services_model_names():
    own = AwsCredentials("AKIA", "secret")
    data = assume_role_request(asked_for(ROLE, WHO), parse_base_url(URL), own, "eu-west-1", 1.8e9)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    assert first == b"POST / HTTP/1.1"
    headers = [tuple(line.split(b": ", 1)) for line in lines]
    claim = read_claim(dict(headers))
    signable = Signable("POST", "/", "", headers, payload_hash(body))
    assert matches(signable, claim, "secret")
    assert tuple(claim.place) == ("eu-west-1", "sts")
    fields = {name: value for name, (value,) in parse_qs(body.decode()).items()}
    assert fields == {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": ARN,
        "RoleSessionName": "vanguard--rzte---co",
        "DurationSeconds": "900",
        "ExternalId": "ext",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "Ärzte _ co",
        "Tags.member.2.Key": "who",
        "Tags.member.2.Value": "ada/k",
    }
    service = ServiceModel(Loader().load_service_model("sts", "service-2"), "sts")
    members = service.operation_model("AssumeRole").input_shape.members
    assert {name.partition(".")[0] for name in fields} - {"Action", "Version"} <= set(members)


def test_a_session_is_read():
    session = read_session(200, ANSWER, ARN)
    assert session.value == AwsCredentials("ASIA1", "s&s", "t")
    assert session.expires_s == 1_795_611_600
    naive = ANSWER.replace(b"00Z<", b"00<")
    assert read_session(200, naive, ARN).expires_s == 1_795_611_600


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, ERROR, "AccessDenied\\): not authorized"),
        (200, ERROR, "AccessDenied"),
        (500, b"oops", "no XML"),
        (200, b"<a/>", "no reason given"),
        (200, ANSWER.replace(b"2026-", b"x"), "names no end"),
        (200, ANSWER.replace(b"<SessionToken>t</SessionToken>", b""), "lacks a part"),
        (200, b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "not what STS sends"),
    ],
)
def test_anything_else_says_why(status, body, words):
    with pytest.raises(UpstreamUnavailable, match=words):
        read_session(status, body, ARN)


def test_a_token_stands_in_place_of_a_signature():
    data = web_identity_request(ARN, "a name", "a.b+c", parse_base_url(f"{URL}/x"))
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x/ HTTP/1.1\r\nhost: sts.eu-west-1.amazonaws.com\r\n")
    assert b"authorization" not in head
    assert head.endswith(b"content-length: %d" % len(body))
    fields = {name: value for name, (value,) in parse_qs(body.decode()).items()}
    assert fields == {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": ARN,
        "RoleSessionName": "a-name",
        "WebIdentityToken": "a.b+c",
    }
    model = ServiceModel(Loader().load_service_model("sts", "service-2"), "sts")
    members = model.operation_model("AssumeRoleWithWebIdentity").input_shape.members
    assert set(fields) - {"Action", "Version"} <= set(members)
