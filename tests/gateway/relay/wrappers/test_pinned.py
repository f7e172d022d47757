import json

import pytest

from support.gateway import KEY, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.gateway.relay.wrappers.pinned import PinnedRelay
from vanguard.snapshot.model import Model, Routing

ITEM = "gAAAAABo0123456789abcdef"


class Inner:
    losses = ("seed",)
    tokens = 3
    done = True
    skim = reword = tap = None

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


def reply(mark):
    item = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": ITEM + mark}
    text = {"type": "output_text", "text": "hi", "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    return {
        "id": f"resp_0123456789{mark}",
        "object": "response",
        "created_at": 1,
        "model": "upstream-model",
        "status": "completed",
        "output": [item, {**message, "content": [text]}],
        "usage": {"input_tokens": 5, "output_tokens": 3, "total_tokens": 8},
    }


def events(mark):
    done = reply(mark)
    item = {"type": "response.output_item.done", "output_index": 0, "item": done["output"][0]}
    kinds = [
        {"type": "response.created", "response": {**done, "status": "in_progress", "output": []}},
        item,
        {"type": "response.output_text.delta", "output_index": 1, "delta": "hi"},
        {"type": "response.completed", "response": done},
    ]
    return [
        f"event: {one['type']}\ndata: {json.dumps({**one, 'sequence_number': n})}\n\n".encode()
        for n, one in enumerate(kinds)
    ]


async def ask(client, running, **fields):
    body = {"model": "m", "max_output_tokens": 50, **fields}
    return await client.post(running.base_url + "/v1/responses", json=body, headers=KEY)


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_item_returns_to_the_account_that_made_it(runner, client, streamed):
    def script(mark):
        return stream(events(mark)) if streamed else whole(200, reply(mark))

    async with Upstream([script("one")]) as one, Upstream([script("two")]) as two:
        places = [
            deployment(one.base_url, dialect="openai_responses"),
            deployment(two.base_url, name="m/1", dialect="openai_responses"),
        ]
        model = Model("m", "chat", ("m/0", "m/1"), routing=Routing("weighted"))
        value = snapshot(places, models={"m": model}, names={"m": "m"}, patterns=())
        running = await runner.start(value)
        homes = set()
        while len(homes) < 2:
            answer = await ask(client, running, input="hello", stream=streamed)
            assert answer.status_code == 200
            homes.add(answer.headers["x-vanguard-deployment"])
        for mark, home in (("one", "m/0"), ("two", "m/1")):
            sealed = {"type": "reasoning", "id": "rs_1", "summary": []}
            items = [{**sealed, "encrypted_content": ITEM + mark}, {"role": "user", "content": "x"}]
            for _ in range(4):
                answer = await ask(client, running, input=items, stream=streamed)
                assert answer.headers["x-vanguard-deployment"] == home
                stored = reply(mark)["id"]
                answer = await ask(
                    client, running, input="x", previous_response_id=stored, stream=streamed
                )
                assert answer.headers["x-vanguard-deployment"] == home
