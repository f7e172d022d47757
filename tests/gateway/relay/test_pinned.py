import json

from support.gateway import KEY, chat, deployment, snapshot
from support.upstream import Upstream, whole
from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.gateway.relay.pinned import PinnedRelay
from vanguard.snapshot.model import Model, Routing

ITEM = "gAAAAABo0123456789abcdef"


class Inner:
    losses = ("seed",)
    tokens = 3
    done = True
    skim = None

    def request_body(self):
        return b"asked"

    def whole(self, body):
        return b"whole " + body

    def feed(self, data):
        return b"fed " + data

    def finish(self):
        return b"rest"

    def failure(self, status, body):
        return body

    def error_event(self, error, request_id):
        return error.message.encode()

    def usage(self):
        return Usage(1, 2)

    def failed(self):
        return False


def test_everything_passes_and_what_goes_to_the_client_is_shown():
    seen: list[bytes] = []
    relay = PinnedRelay(Inner(), seen.append)
    assert relay.request_body() == b"asked"
    assert relay.whole(b"a") == b"whole a"
    assert relay.feed(b"b") == b"fed b"
    assert relay.finish() == b"rest"
    assert seen == [b"whole a", b"fed b", b"rest"]
    assert (relay.failure(400, b"x"), relay.error_event(UpstreamError("no"), "r")) == (b"x", b"no")
    assert (relay.usage(), relay.tokens, relay.done, relay.failed()) == (
        Usage(1, 2),
        3,
        True,
        False,
    )
    assert relay.losses == ("seed",)


async def test_an_item_returns_to_the_account_that_made_it(runner, client, monkeypatch):
    # any dialect will do to show the way; which are bound is a set of names
    monkeypatch.setattr("vanguard.gateway.routing.course.BOUND_DIALECTS", {"openai_chat"})
    monkeypatch.setattr("vanguard.gateway.pipeline.BOUND_DIALECTS", {"openai_chat"})

    def reply(item):
        message = {"role": "assistant", "content": "hi", "reasoning": {"encrypted_content": item}}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {"id": "c", "choices": [choice], "usage": {"prompt_tokens": 1}}

    async with (
        Upstream([whole(200, reply(ITEM + "one"))]) as one,
        Upstream([whole(200, reply(ITEM + "two"))]) as two,
    ):
        places = [deployment(one.base_url), deployment(two.base_url, name="m/1")]
        model = Model("m", "chat", ("m/0", "m/1"), routing=Routing("weighted"))
        running = await runner.start(
            snapshot(places, models={"m": model}, names={"m": "m"}, patterns=())
        )
        made = {}
        while len(made) < 2:
            answer = await chat(client, running)
            item = answer.json()["choices"][0]["message"]["reasoning"]["encrypted_content"]
            made[item] = answer.headers["x-vanguard-deployment"]
        for item, home in made.items():
            body = {"model": "m", "max_tokens": 5, "messages": [{"encrypted_content": item}]}
            for _ in range(6):
                answer = await client.post(
                    running.base_url + "/v1/chat/completions",
                    content=json.dumps(body),
                    headers=KEY,
                )
                assert answer.headers["x-vanguard-deployment"] == home
