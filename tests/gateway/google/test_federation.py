"""The token by which a workload outside of Google says who it is; google-auth gets the same."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from google.auth import aws as google_aws

from support.asking import World as Services
from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.google.accounts import read_account
from vanguard.gateway.google.federation import World, signed_identity, subject_token
from vanguard.wire.sigv4 import AwsCredentials, Signable, matches, payload_hash, read_claim

AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"
IMDS = "http://169.254.169.254/latest"
# the file that `gcloud iam workload-identity-pools create-cred-config --aws --enable-imdsv2` writes (2026-11)
AWS = {
    "environment_id": "aws1",
    "region_url": f"{IMDS}/meta-data/placement/availability-zone",
    "url": f"{IMDS}/meta-data/iam/security-credentials",
    "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    "imdsv2_session_token_url": f"{IMDS}/api/token",
}
KEYS = AwsCredentials("ASIA1", "s/s", "t==")


def account(source):
    fields = {"type": "external_account", "audience": AUDIENCE, "credential_source": source}
    return read_account(json.dumps(fields).encode())


async def token(source, answer=None, **variables):
    services = Services(answer)
    world = World(services.asker, variables, services.now_s)
    return await subject_token(account(source), world), services


async def test_a_file_is_read(tmp_path):
    file = tmp_path / "token"
    file.write_text("a.b.c")
    assert (await token({"file": str(file)}))[0] == "a.b.c"
    file.write_text('{"id": "d.e.f"}')
    told = {"type": "json", "subject_token_field_name": "id"}
    assert (await token({"file": str(file), "format": told}))[0] == "d.e.f"


async def test_an_address_is_asked_with_the_files_headers():
    source = {
        "url": "http://169.254.169.254/metadata/identity?resource=x",
        "headers": {"Metadata": "True"},
        "format": {"type": "json", "subject_token_field_name": "access_token"},
    }
    got, services = await token(source, lambda told: (200, b'{"access_token": "azure"}'))
    assert got == "azure"
    (told,) = services.asked
    assert (told.method, told.url, told.direct) == ("GET", source["url"], True)
    assert told.headers["metadata"] == "True"


@pytest.mark.parametrize(
    ("source", "answer", "words"),
    [
        (None, None, "no credential_source"),
        ({}, None, "a file or a url"),
        ({"file": "/x", "url": "http://x"}, None, "a file or a url"),
        ({"executable": {"command": "x"}}, None, "programs and certificates"),
        ({"certificate": {}}, None, "programs and certificates"),
        ({"file": "/nowhere"}, None, "cannot be read"),
        ({"url": "no address"}, None, "cannot be used"),
        ({"url": "http://h/"}, (500, b""), "from h: HTTP 500"),
        ({"url": "http://h/"}, UpstreamError("gone"), "from h: gone"),
        ({"url": "http://h/"}, (200, b""), "does not stand where"),
        ({"url": "http://h/"}, (200, b"\xff"), "does not stand where"),
        (
            {"url": "http://h/", "format": {"type": "json", "subject_token_field_name": "a"}},
            (200, b'{"b": 1}'),
            "does not stand where",
        ),
        ({**AWS, "environment_id": "aws2"}, None, "environment_id"),
        ({"environment_id": "aws1"}, None, "environment_id"),
        ({**AWS, "region_url": ""}, (200, b"x"), "no AWS region"),
        ({**AWS, "url": ""}, (200, b"eu-west-1a"), "no AWS credentials"),
        (AWS, (200, b"role"), "has no credentials"),
    ],
)
async def test_what_cannot_be_had_is_told(source, answer, words):
    with pytest.raises(UpstreamUnavailable, match=words):
        await token(source, lambda told: answer)


def machine(told):
    if told.method == "PUT":
        assert told.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "300"
        return 200, b"imds"
    assert told.headers["x-aws-ec2-metadata-token"] == "imds"
    keys = {"AccessKeyId": "ASIA1", "SecretAccessKey": "s/s", "Token": "t=="}
    bodies = {
        AWS["region_url"]: b"us-east-2b",
        AWS["url"]: b"a role",
        f"{AWS['url']}/a%20role": json.dumps(keys).encode(),
    }
    return 200, bodies[told.url]


def shown(text):
    value = json.loads(unquote(text))
    return value, {one["key"].lower(): one["value"] for one in value["headers"]}


def check(value, headers, secret="s/s"):
    """Whether AWS would find the signature to be right."""
    raw = {name.encode(): text.encode() for name, text in headers.items()}
    query = value["url"].partition("?")[2]
    signable = Signable(value["method"], "/", query, list(raw.items()), payload_hash(b""))
    claim = read_claim(raw)
    assert matches(signable, claim, secret)
    return claim


async def test_the_machine_at_aws_signs_who_it_is():
    got, services = await token(AWS, machine)
    value, headers = shown(got)
    claim = check(value, headers)
    assert claim.access_key_id == "ASIA1"
    assert tuple(claim.place) == ("us-east-2", "sts")
    # so that the token is good for this pool alone
    assert b"x-goog-cloud-target-resource" in claim.signed
    assert headers["x-goog-cloud-target-resource"] == AUDIENCE
    assert len(services.asked) == 4


async def test_variables_go_before_the_machine():
    variables = {
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "k",
        "AWS_REGION": "eu-west-1",
    }
    got, services = await token(AWS, machine, **variables)
    value, headers = shown(got)
    assert check(value, headers, "k").access_key_id == "AKIA"
    assert value["url"].startswith("https://sts.eu-west-1.amazonaws.com?")
    assert "x-amz-security-token" not in headers
    assert not services.asked


def test_the_token_is_in_the_form_that_googles_own_library_makes(monkeypatch):
    """All but the signature, which covers one header more here."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS.secret_access_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", KEYS.session_token)
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    theirs = google_aws.Credentials(
        audience=AUDIENCE,
        subject_token_type="urn:ietf:params:aws:token-type:aws4_request",
        credential_source={name: url for name, url in AWS.items() if "imds" not in name},
    ).retrieve_subject_token(None)
    url = AWS["regional_cred_verification_url"].replace("{region}", "us-east-2")
    ours = signed_identity(url, AUDIENCE, KEYS, "us-east-2", Services().now_s)
    value, headers = shown(ours)
    wanted, their_headers = shown(theirs)
    assert {**value, "headers": 0} == {**wanted, "headers": 0}
    assert headers.keys() == their_headers.keys()
    same = ("host", "x-amz-security-token", "x-goog-cloud-target-resource")
    assert [headers[one] for one in same] == [their_headers[one] for one in same]
    check(value, headers)
    check(wanted, their_headers)
