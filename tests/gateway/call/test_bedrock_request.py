"""What Bedrock and STS are sent."""

import asyncio
import json

import pytest

from support.bedrock import REPLY, Account, check_signature
from support.gateway import CHAT, KEY, SECRET, chat, deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.snapshot.model import AssumedRole, Aws

CONVERSE = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
ANSWER = (
    b'<R xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Credentials>'
    b"<AccessKeyId>ASIASESSION</AccessKeyId><SecretAccessKey>session secret</SecretAccessKey>"
    b"<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    b"</Credentials></R>"
)


def place(upstream, aws, **more):
    return deployment(upstream.base_url, dialect="bedrock_converse", aws=aws, **more)


async def test_a_pair_signs_and_a_few_headers_go_along(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as upstream:
        one = place(upstream, Account(tmp_path).aws(), headers={"X-Extra": "1"})
        running = await runner.start(snapshot([one]))
        headers = {**KEY, "x-amzn-bedrock-trace": "ENABLED", "x-evil": "e", "cookie": "c"}
        url = running.base_url + "/aws/model/m/converse"
        answer = await client.post(url, json=CONVERSE, headers=headers)
        assert answer.status_code == 200
        (asked,) = upstream.asked
        assert check_signature(asked) == Account.KEYS[0]
        assert asked.headers["x-extra"] == "1"
        assert asked.headers["x-amzn-bedrock-trace"] == "ENABLED"
        assert not {"x-evil", "cookie"} & set(asked.headers)
        assert SECRET not in str(asked)
        signed = asked.headers["authorization"]
        assert "x-amzn-bedrock-trace" in signed
        assert "eu-west-1/bedrock/aws4_request" in signed


async def test_a_bearer_key_needs_no_signature(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as upstream:
        account = Account(tmp_path)
        one = place(upstream, account.aws(), credential=account.file("bearer", "bedrock-api-key-x"))
        running = await runner.start(snapshot([one]))
        assert (await chat(client, running)).status_code == 200
        assert upstream.asked[0].headers["authorization"] == "Bearer bedrock-api-key-x"


async def repeated(asked, write):
    """AWS's words about a signature: the request that it should have been for."""
    head = "\n".join(f"{name}:{value}" for name, value in asked.headers.items())
    await whole(400, {"message": f"The Canonical String should have been '{head}'"})(asked, write)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/aws/model/m/converse", CONVERSE),
        ("/v1/chat/completions", CHAT),
    ],
)
async def test_neither_pair_nor_token_is_told_where_a_refusal_repeats_the_request(
    runner, client, tmp_path, path, body
):
    account = Account(tmp_path)
    token = account.file("token", "IQoJb3JpZ2luX2VjEJv//wEaCXVz")
    async with Upstream([repeated]) as upstream:
        one = place(upstream, account.aws(session_token=token))
        running = await runner.start(snapshot([one]))
        answer = await client.post(running.base_url + path, json=body, headers=KEY)
        (asked,) = upstream.asked
        assert asked.headers["x-amz-security-token"] == "IQoJb3JpZ2luX2VjEJv//wEaCXVz"
        assert answer.status_code == 400
        assert "x-amz-security-token:***" in answer.text
        assert "Credential=***/" in answer.text
        assert Account.KEYS[0] not in answer.text


ARN = "arn:aws:bedrock:us-east-1:{}:application-inference-profile/abc"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, f"The provided inference profile {ARN} was not found."),
        (400, f"The provided model identifier {ARN} is invalid or not active."),
    ],
)
@pytest.mark.parametrize("path", ["/aws/model/m/converse", "/v1/chat/completions"])
async def test_what_bedrock_says_does_not_name_our_account(
    runner, client, tmp_path, status, words, path
):
    body = CONVERSE if "aws" in path else CHAT
    async with Upstream([whole(status, {"message": words.format("123456789012")})]) as upstream:
        running = await runner.start(snapshot([place(upstream, Account(tmp_path).aws())]))
        answer = await client.post(running.base_url + path, json=body, headers=KEY)
        assert words.format("*" * 12) in answer.text


async def test_a_role_is_assumed_before_the_first_request_goes_and_its_tags_tell_the_team(
    runner, client, tmp_path
):
    async with Upstream([whole(200, ANSWER)]) as sts, Upstream([whole(200, REPLY)]) as upstream:
        role = AssumedRole(
            "arn:aws:iam::1:role/r", sts.base_url, "v-{user}", tags=(("team", "{team}"),)
        )
        running = await runner.start(snapshot([place(upstream, Account(tmp_path).aws(role=role))]))
        both = await asyncio.gather(chat(client, running), chat(client, running))
        assert [one.status_code for one in both] == [200, 200]
        (asked,) = sts.asked
        check_signature(asked, service="sts")
        assert b"RoleSessionName=v-ada" in asked.body
        assert b"Tags.member.1.Value=default" in asked.body
        for one in upstream.asked:
            assert check_signature(one, secret="session secret") == "ASIASESSION"
            assert one.headers["x-amz-security-token"] == "token"


async def test_a_role_that_is_the_same_for_all_is_assumed_at_once(runner, tmp_path):
    async with Upstream([whole(200, ANSWER)]) as sts:
        role = AssumedRole("arn:aws:iam::1:role/r", sts.base_url)
        aws = Account(tmp_path).aws(role=role)
        running = await runner.start(snapshot([place(sts, aws)]))
        sessions = running.gateway.sessions
        await until(lambda: sessions.keeper(aws, {}).in_force())
        assert running.gateway.sessions.credentials(aws, {}).access_key_id == "ASIASESSION"


async def test_a_role_that_cannot_be_assumed_fails_over(runner, client, tmp_path):
    async with Upstream([whole(403, b"<x/>")]) as sts, Upstream([whole(200, REPLY)]) as upstream:
        account = Account(tmp_path)
        role = AssumedRole("arn:aws:iam::1:role/r", sts.base_url, "v-{user}")
        first = place(upstream, account.aws(role=role), name="m/0")
        running = await runner.start(snapshot([first]))
        answer = await chat(client, running)
        assert answer.status_code == 503
        assert "the AWS role of this deployment cannot be had" in answer.text
        assert "arn:aws" not in answer.text
        second = place(upstream, account.aws(), name="m/1")
        running.publish(snapshot([first, second], version=2))
        await until(lambda: running.gateway.state.view.version == 2)
        answer = await chat(client, running)
        assert answer.headers["x-vanguard-deployment"] == "m/1"


async def test_a_client_that_leaves_while_a_role_is_assumed_costs_nothing(runner, client, tmp_path):
    asked = asyncio.Event()

    async def silent(_asked, _write):
        asked.set()
        await asyncio.sleep(30)

    async with Upstream([silent]) as sts:
        role = AssumedRole("arn:aws:iam::1:role/r", sts.base_url, "v-{user}")
        running = await runner.start(snapshot([place(sts, Account(tmp_path).aws(role=role))]))
        _, writer = await asyncio.open_connection("127.0.0.1", running.port)
        body = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\n"
            b"content-length: %d\r\n\r\n%b" % (SECRET.encode(), len(body), body)
        )
        await asked.wait()
        writer.close()
        await until(lambda: not running.pipeline.server.connections)
        assert running.gateway.in_flight == 0
        assert not running.records()


async def test_the_machines_own_role_is_waited_for_and_signs(runner, client, tmp_path, monkeypatch):
    """No settings hold a credential: from the metadata service to the signature at Bedrock."""
    answers = {
        "/latest/api/token": b"imds-token",
        "/latest/meta-data/iam/security-credentials/": b"role",
        "/latest/meta-data/iam/security-credentials/role": json.dumps(
            {
                "Code": "Success",
                "AccessKeyId": "ASIASESSION",
                "SecretAccessKey": "session secret",
                "Token": "token",
                "Expiration": "2099-01-01T00:00:00Z",
            }
        ).encode(),
    }
    release = asyncio.Event()

    async def machine(asked, write):
        await release.wait()
        body = answers[asked.path]
        await write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))

    async with Upstream([machine] * 3) as metadata, Upstream([whole(200, REPLY)]) as upstream:
        for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        url = f"http://127.0.0.1:{metadata.port}"
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        aws = Aws("eu-west-1", source="default", sts_url="https://sts.eu-west-1.amazonaws.com")
        running = await runner.start(snapshot([place(upstream, aws)]))
        asking = [asyncio.create_task(chat(client, running)) for _ in range(2)]
        await until(lambda: running.gateway.in_flight == 2)
        assert not upstream.asked
        release.set()
        assert [(await one).status_code for one in asking] == [200, 200]
        # one fetch for both
        assert [one.method for one in metadata.asked] == ["PUT", "GET", "GET"]
        for one in upstream.asked:
            assert check_signature(one, secret="session secret") == "ASIASESSION"
            assert one.headers["x-amz-security-token"] == "token"
