"""The first minute of clients, against answers of all kinds."""

import json

import pytest

from support.clients.http_double import HttpDouble, Reply
from support.clients.turns import Asked
from vanguard.cli.clients.recipes import Aim
from vanguard.cli.clients.rehearsal import MINUTES, first_chat_model, rehearse


class Answering(HttpDouble):
    """Answers everything the same way."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply
        self.asked: list[Asked] = []

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.reply

    @property
    def aim(self) -> Aim:
        return Aim(f"http://127.0.0.1:{self.port}", "vk-1", "m")


def whole(text: str, **headers: str) -> Reply:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(200, pairs, [text.encode()], len(text.encode()))


# every last word that any client waits for
ALL = "message_stop input_tokens data: [DONE] response.completed candidates totalTokens stopReason"
ALL += ' "data" "choices"'


@pytest.mark.parametrize("client", MINUTES)
def test_a_minute_that_goes_well(client: str) -> None:
    with Answering(whole(ALL)) as gateway:
        found = list(rehearse(client, gateway.aim))
        told = [one for one in found if "no HTTPS" not in one.text]
        assert {one.level for one in told} == {"ok"}
        assert len(gateway.asked) == len(told)
        assert all("vk-1" in json.dumps(one.headers) for one in gateway.asked)


def test_losses_are_told() -> None:
    with Answering(whole(ALL, x_vanguard_losses="cache_control")) as gateway:
        found = list(rehearse("claude-code", gateway.aim))
    assert {one.level for one in found} == {"warn"}
    assert "without: cache_control" in found[0].text


def test_a_stream_that_breaks_off_is_no_success() -> None:
    with Answering(whole("event: message_start\n\n")) as gateway:
        assert next(rehearse("claude-code", gateway.aim)).level == "fail"


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "vanguard key create"), (404, "vanguard models"), (500, "req_1")]
)
def test_refusals_come_with_advice(status: int, advice: str) -> None:
    reply = Reply.json(status, {"error": {"message": "not so"}}, (("x-request-id", "req_1"),))
    with Answering(reply) as gateway:
        first, second = rehearse("claude-code", gateway.aim)
    assert (first.level, second.level) == ("fail", "warn")  # counting is not needed
    assert "not so" in first.text
    assert advice in first.advice


def test_nobody_there() -> None:
    with Answering(whole("")) as gateway:
        aim = gateway.aim
    assert "no answer" in next(rehearse("aider", aim)).text
    assert first_chat_model(aim.url, aim.key) == ""


def test_the_first_model_is_asked_for() -> None:
    with Answering(Reply.json(200, {"data": [{"id": "one"}, {"id": "two"}]})) as gateway:
        assert first_chat_model(gateway.aim.url, "vk-1") == "one"
