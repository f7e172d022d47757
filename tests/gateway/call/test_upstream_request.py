import pytest

from support.gateway import KEY, REPLY, SECRET, chat, deployment, snapshot
from support.upstream import Upstream, whole


async def test_the_deployments_credential_is_sent_and_not_the_clients(runner, client, tmp_path):
    (tmp_path / "secret").write_text("sk-provider\n")
    async with Upstream([whole(200, REPLY)]) as upstream:
        place = deployment(
            upstream.base_url,
            auth_header="Authorization",
            auth_prefix="Bearer ",
            credential=f"file:{tmp_path / 'secret'}",
            headers={"x-extra": "1"},
        )
        running = await runner.start(snapshot([place]))
        await chat(
            client, running, headers={**KEY, "openai-beta": "b=1", "cookie": "c", "x-evil": "e"}
        )
        headers = upstream.asked[0].headers
        assert headers["authorization"] == "Bearer sk-provider"
        assert headers["x-extra"] == "1"
        assert headers["openai-beta"] == "b=1"
        assert headers["accept-encoding"] == "identity"
        assert SECRET not in str(upstream.asked[0])
        assert not {"cookie", "x-evil"} & set(headers)


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
async def test_a_refusal_that_repeats_the_credential_does_not_tell_it(
    runner, client, tmp_path, dialect
):
    (tmp_path / "secret").write_text("sk-provider\n")
    said = {"error": {"type": "invalid_request_error", "message": "got Bearer sk-provider here"}}
    async with Upstream([whole(400, said)]) as upstream:
        place = deployment(
            upstream.base_url,
            dialect=dialect,
            auth_header="authorization",
            auth_prefix="Bearer ",
            credential=f"file:{tmp_path / 'secret'}",
        )
        running = await runner.start(snapshot([place]))
        answer = await chat(client, running)
        assert answer.status_code == 400
        assert "got Bearer *** here" in answer.json()["error"]["message"]


async def test_a_refusal_is_left_as_it_is_where_the_credential_is_no_secret(
    runner, client, tmp_path
):
    (tmp_path / "secret").write_text("none")
    said = {"error": {"type": "invalid_request_error", "message": "none of these"}}
    async with Upstream([whole(400, said)]) as upstream:
        place = deployment(
            upstream.base_url,
            auth_header="authorization",
            credential=f"file:{tmp_path / 'secret'}",
        )
        running = await runner.start(snapshot([place]))
        assert (await chat(client, running)).json() == said
