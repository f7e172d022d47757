"""The machine's, the container's and a program's answers: botocore reads the same from the same bytes."""

from __future__ import annotations

import json
import stat

import pytest
from botocore.credentials import ContainerProvider, InstanceMetadataProvider, ProcessProvider
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

from support.asking import World
from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.aws.chain import services as own
from vanguard.gateway.aws.chain.plan import Container, Instance, Process
from vanguard.gateway.aws.chain.services import (
    ask_container,
    ask_instance,
    ask_process,
    read_token_file,
)
from vanguard.wire.sigv4 import AwsCredentials

# EC2 user guide, "Retrieve security credentials from instance metadata" (2026-11)
MACHINES = {
    "Code": "Success",
    "LastUpdated": "2026-11-25T11:00:00Z",
    "Type": "AWS-HMAC",
    "AccessKeyId": "ASIAMACHINE",
    "SecretAccessKey": "s/s",
    "Token": "t==",
    "Expiration": "2099-11-25T18:00:00Z",
}
KEYS = AwsCredentials("ASIAMACHINE", "s/s", "t==")
URL = "http://169.254.169.254"
ROLES = "/latest/meta-data/iam/security-credentials/"


def machine(told):
    """IMDSv2: a token is asked for with PUT, and shown with each GET."""
    if told.method == "PUT":
        assert told.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600"
        return (200, b"imds-token") if told.path == "/latest/api/token" else (404, b"")
    if told.headers.get("x-aws-ec2-metadata-token") != "imds-token":
        return 401, b""
    bodies = {ROLES: b"my role", f"{ROLES}my%20role": json.dumps(MACHINES).encode()}
    return (200, bodies[told.path]) if told.path in bodies else (404, b"")


class Sent:
    """What botocore wants of a connection: the same service answers."""

    def __init__(self, service):
        self._service = service
        self.asked = []

    def send(self, request):
        from support.asking import Told
        from vanguard.gateway.http.origin import parse_base_url

        url = request.url.replace(" ", "%20")
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        told = Told(
            parse_base_url(f"{scheme}://{host}"), request.method, slash + path, headers, b"", True
        )
        self.asked.append(told)
        status, body = self._service(told)

        class Answer:
            status_code = status
            content = body
            text = body.decode()

        Answer.url = url
        return Answer


async def test_the_machines_role_is_what_botocore_reads():
    world = World(machine)
    got = await ask_instance(Instance(URL), world.asker)
    fetcher = InstanceMetadataFetcher(timeout=1, num_attempts=1, env={})
    fetcher._session = Sent(machine)
    theirs = InstanceMetadataProvider(fetcher).load()
    assert got.value == KEYS
    keys = theirs.get_frozen_credentials()
    assert (keys.access_key, keys.secret_key, keys.token) == (
        KEYS.access_key_id,
        KEYS.secret_access_key,
        KEYS.session_token,
    )
    assert got.expires_s == theirs._expiry_time.timestamp()
    asked = [(one.method, one.path) for one in world.asked]
    assert asked == [(one.method, one.path) for one in fetcher._session.asked]
    assert all(one.direct for one in world.asked)


async def test_a_machine_is_asked_once_more_and_no_more():
    world = World(lambda told: (500, b""))
    with pytest.raises(UpstreamUnavailable, match=r"IMDSv2\) gave no AWS credentials: HTTP 500"):
        await ask_instance(Instance(URL), world.asker)
    assert len(world.asked) == 2


async def test_a_machine_that_is_silent_is_left_after_two_short_waits(monkeypatch):
    monkeypatch.setattr(own, "_WITHIN_S", 0.0)
    world = World()
    with pytest.raises(UpstreamUnavailable, match="no answer within 0 s"):
        await ask_instance(Instance(URL), world.asker)
    assert len(world.asked) == 2


@pytest.mark.parametrize(
    ("at", "answer", "words"),
    [
        ("/latest/api/token", (403, b""), "HTTP 403"),
        (ROLES, (404, b""), "HTTP 404"),
        (ROLES, (200, b"\n"), "no role of this machine"),
        (f"{ROLES}my%20role", (200, b"<html>"), "not the JSON"),
        (
            f"{ROLES}my%20role",
            (200, b'{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume"}'),
            "AssumeRoleUnauthorizedAccess: EC2 cannot assume",
        ),
        (
            f"{ROLES}my%20role",
            (200, b'{"AccessKeyId":"a","SecretAccessKey":"s"}'),
            "without an end",
        ),
        (
            f"{ROLES}my%20role",
            (200, b'{"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"}'),
            "an end that is none",
        ),
    ],
)
async def test_what_a_machine_says_instead_is_told(at, answer, words):
    world = World(lambda told: answer if told.path == at else machine(told))
    with pytest.raises(UpstreamUnavailable, match=words):
        await ask_instance(Instance(URL), world.asker)


async def test_a_pods_role_is_what_botocore_reads(tmp_path):
    file = tmp_path / "token"
    file.write_text("eks.pod.token")

    def agent(told):
        if told.headers.get("authorization") != "eks.pod.token":
            return 401, b""
        assert told.headers["accept"] == "application/json"
        return 200, json.dumps({**MACHINES, "AccountId": "123456789012"}).encode()

    url = "http://169.254.170.23/v1/credentials"
    world = World(agent)
    got = await ask_container(Container(url, "", str(file)), world.asker)
    variables = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file),
    }
    session = Sent(agent)
    theirs = ContainerProvider(variables, ContainerMetadataFetcher(session)).load()
    assert got.value == KEYS
    assert theirs.access_key == KEYS.access_key_id
    assert got.expires_s == theirs._expiry_time.timestamp()
    assert [one.url for one in world.asked] == [one.url for one in session.asked]
    # a token that the cluster has renewed is read anew
    file.write_text("old")
    with pytest.raises(UpstreamUnavailable, match="HTTP 401"):
        await ask_container(Container(url, "", str(file)), world.asker)


async def test_a_tasks_role_needs_no_token():
    world = World(lambda told: (200, json.dumps(MACHINES).encode()))
    got = await ask_container(Container("http://169.254.170.2/v2/credentials/x"), world.asker)
    assert got.value == KEYS
    assert "authorization" not in world.asked[0].headers
    told = await ask_container(Container("http://localhost/x", "a token"), world.asker)
    assert told.value == KEYS
    assert world.asked[1].headers["authorization"] == "a token"


async def test_an_address_that_is_none_is_told():
    with pytest.raises(UpstreamUnavailable, match="an address that is none"):
        await ask_container(Container("http://localhost/a b"), World().asker)


@pytest.mark.parametrize("text", ["", " \n", "a b", "a\nb", "ä"])
def test_a_token_file_holds_one_token(tmp_path, text):
    file = tmp_path / "t"
    file.write_text(text)
    with pytest.raises(UpstreamUnavailable, match=r"\(X\) holds no token"):
        read_token_file(str(file), "X")
    file.write_text(" a.b.c\n")
    assert read_token_file(str(file), "X") == "a.b.c"
    with pytest.raises(UpstreamUnavailable, match="cannot be read"):
        read_token_file(str(tmp_path / "none"), "X")


def program(folder, text):
    path = folder / "my program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(stat.S_IRWXU)
    return f"'{path}' 'an argument'"


PRINTED = '{"Version": 1, "AccessKeyId": "AKP", "SecretAccessKey": "s", "SessionToken": "t"%s}'


async def test_a_programs_answer_is_what_botocore_reads(tmp_path):
    ended = PRINTED % ', "Expiration": "2099-01-01T00:00:00Z"'
    command = program(tmp_path, f"""test "$1" = "an argument" && echo '{ended}'""")
    got = await ask_process(Process(command))
    config = {"profiles": {"p": {"credential_process": command}}}
    theirs = ProcessProvider("p", lambda: config).load()
    assert got.value == AwsCredentials("AKP", "s", "t")
    assert (theirs.access_key, theirs.token) == ("AKP", "t")
    assert got.expires_s == theirs._expiry_time.timestamp()


async def test_what_a_program_does_wrong_is_told(tmp_path, monkeypatch):
    for text, words in (
        ("exit 3", "failed with status 3"),
        ("echo nothing", "not the JSON"),
        ("echo '{}'", "a part is missing"),
        (f"echo '{(PRINTED % '').replace('1', '2', 1)}'", "a version that is not 1"),
    ):
        with pytest.raises(UpstreamUnavailable, match=words):
            await ask_process(Process(program(tmp_path, text)))
    for command in ("", "/nowhere/at/all", "'"):
        with pytest.raises(UpstreamUnavailable, match="cannot be started"):
            await ask_process(Process(command))
    monkeypatch.setattr(own, "_MOST_BYTES", 10)
    with pytest.raises(UpstreamUnavailable, match="prints more"):
        await ask_process(Process(program(tmp_path, "echo 01234567890123456789")))
    monkeypatch.setattr(own, "_PROCESS_S", 0.0)
    with pytest.raises(UpstreamUnavailable, match="not ended within 0 s"):
        await ask_process(Process(program(tmp_path, "sleep 60")))
