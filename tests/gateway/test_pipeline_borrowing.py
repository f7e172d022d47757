"""Requests whose limits are lent by somebody else: they wait for it, and are told when it is in vain."""

import asyncio
import json

import pytest

from support.gateway import (
    ADMIN,
    CHAT,
    KEY,
    REPLY,
    STREAM,
    chat,
    delta,
    deployment,
    snapshot,
    until,
)
from support.upstream import Upstream, stream, whole
from vanguard.compose.supervisor.workers.lend import Lending
from vanguard.core.policy import Policy, Rule
from vanguard.gateway.limits.protocol import MONEY, STREAMS
from vanguard.snapshot.model import Budget, Limits


class Shared:
    """Gateways that borrow from one lender, all in the test's own loop."""

    def __init__(self, runner, folder):
        self.runner = runner
        self.folder = folder
        self.said = []
        self.lending = None

    async def lend(self):
        self.lending = Lending(
            self.folder / "l.sock",
            self.folder / "snapshot.json",
            self.folder / "journal",
            self.said.append,
        )
        await self.lending.start()

    async def start(self, value, count=2):
        await self.lend()
        socket = str(self.folder / "l.sock")
        return [await self.runner.start(value, limits_socket=socket) for _ in range(count)]

    def free(self, what):
        return self.lending.lender.accounts["key"].free(what, 0)


@pytest.fixture
async def shared(runner, tmp_path):
    made = Shared(runner, tmp_path)
    yield made
    await runner.stop_all()
    await made.lending.close()
    assert made.said == []


async def test_two_workers_admit_together_what_one_would(shared, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], limits=Limits(7, None, None))
        both = await shared.start(value)
        answers = await asyncio.gather(*(chat(client, both[n % 2]) for n in range(12)))
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(200), statuses.count(429)) == (7, 5)
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["error"]["code"] == "rate_limited"
        assert refused.headers["x-ratelimit-limit-requests"] == "7"
        assert int(refused.headers["retry-after"]) >= 1
        served = next(answer for answer in answers if answer.status_code == 200)
        assert int(served.headers["x-ratelimit-remaining-requests"]) < 7
        names = {one.gateway.claim.name for one in both}
        assert names == {"gw-0", "gw-0.2"}


async def test_what_one_does_not_use_another_gets_before_it_is_refused(shared, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], limits=Limits(None, None, 4))
        first, second = await shared.start(value)
        assert (await chat(client, first)).status_code == 200
        # the first holds a share idle now
        assert shared.free(STREAMS) < 4
        slow = stream([delta("a")] * 20 + STREAM, pause_s=0.05)
        upstream.scripts[:] = [slow]
        answers = await asyncio.gather(*(chat(client, second, stream=True) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200] * 4 + [429]


async def test_without_a_cap_an_answer_gets_what_is_left_of_the_budget_anywhere(shared, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        place = deployment(upstream.base_url, max_output_tokens=100_000)
        value = snapshot([place], budget=Budget(100_000))
        first, second = await shared.start(value)
        body = {**CHAT, "max_tokens": 1_000}
        answer = await client.post(first.base_url + "/v1/chat/completions", json=body, headers=KEY)
        assert answer.status_code == 200
        del body["max_tokens"]
        for running in (second, first, second):
            answer = await client.post(
                running.base_url + "/v1/chat/completions", json=body, headers=KEY
            )
            assert answer.status_code == 200, answer.text
        caps = [one.json()["max_tokens"] for one in upstream.asked]
        # $0.1 at $15 a million tokens: what a neighbour holds idle is offered as well
        assert all(cap > 4_500 for cap in caps[1:]), caps
        assert caps[-1] > 6_000
        costs = sum(record.cost_usd_micros for one in (first, second) for record in one.settled())
        await until(lambda: shared.lending.lender.accounts["key"].spent == costs)


async def test_nobody_spends_the_last_money_twice(shared, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], budget=Budget(2_000))
        both = await shared.start(value)
        answers = await asyncio.gather(*(chat(client, both[n % 2]) for n in range(40)))
        codes = {a.json()["error"]["code"] for a in answers if a.status_code != 200}
        assert codes <= {"budget_exceeded"}
        costs = sum(record.cost_usd_micros for one in both for record in one.settled())
        assert 0 < costs <= 2_000


async def test_a_lender_that_does_not_answer_is_a_503_that_may_be_retried(shared, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], limits=Limits(60, None, None))
        (running,) = await shared.start(value, count=1)
        await shared.lending.close()
        await until(lambda: not running.gateway.link.borrower.connected)
        answer = await chat(client, running)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "limits_unavailable"
        assert int(answer.headers["retry-after"]) >= 1
        # who asks while it comes back is served
        waiting = asyncio.create_task(chat(client, running))
        await shared.lend()
        assert (await waiting).status_code == 200


async def test_a_client_that_leaves_while_it_waits_takes_nothing(shared, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], limits=Limits(None, None, 5))
        (running,) = await shared.start(value, count=1)
        await shared.lending.close()
        await until(lambda: not running.gateway.link.borrower.connected)
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        body = json.dumps(CHAT).encode()
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: "
            + KEY["authorization"].encode()
            + b"\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        )
        await until(lambda: len(running.gateway.link.borrower._waiters) == 1)
        writer.close()
        await until(lambda: len(running.gateway.link.borrower._waiters) == 0)
        del reader
        assert upstream.asked == []
        assert running.gateway.link.borrower.holding("key").concurrent == 0


async def test_a_request_that_masking_made_longer_borrows_again(shared, client):
    rule = Rule("long", "hello", "mask", "h" * 3_000)
    policy = Policy("p", (rule,), on_output=False)
    async with Upstream([whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], budget=Budget(40_000), policies=(policy,))
        both = await shared.start(value)
        for running in both:
            answer = await chat(client, running)
            assert answer.status_code == 200
        assert [one.body.count(b"h" * 3_000) for one in upstream.asked] == [1, 1]
        reserved = both[0].intents()[0].reserved_usd_micros
        assert reserved > 3 * 3_000
        await until(lambda: shared.free(MONEY) is not None)


@pytest.mark.parametrize("cap", [2**63 - 1, 10**25])
async def test_a_cap_beyond_all_reason_harms_nobody(shared, client, cap):
    told = asyncio.Event()

    async def held(asked, write):
        await told.wait()
        await whole(200, REPLY)(asked, write)

    async with Upstream([held, whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], budget=Budget(50_000))
        (running,) = await shared.start(value, 1)
        boundless = {"authorization": f"Bearer {ADMIN}"}
        huge = asyncio.create_task(chat(client, running, headers=boundless, max_tokens=cap, n=4))
        await until(lambda: upstream.asked)
        refused = await chat(client, running, max_tokens=cap)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "budget_exceeded")
        assert (await chat(client, running)).status_code == 200
        told.set()
        assert (await huge).status_code == 200
        assert running.intents()[0].reserved_usd_micros < 50_000_000
