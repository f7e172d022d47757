"""A served model asked over the real client, against a server that speaks chat completions."""

import json

import pytest

from support.api_server import Answer, ApiServer, chat_events, error
from vanguard.core.errors import NotReady, RateLimited, UpstreamTruncated
from vanguard.documents.reading.vision.contract import Question, Said
from vanguard.documents.reading.vision.served import ServedModel
from vanguard.sdk import Client
from vanguard.sdk.values import Token

CHAT = "/v1/chat/completions"
QUESTION = Question("read", "data:image/png;base64,AA==", 50)


@pytest.fixture
def api():
    with ApiServer() as server:
        yield server


@pytest.fixture
def model(api):
    with Client(api.url, "vk-1") as client:
        waited = []
        made = ServedModel(client, "eyes", waited.append)
        made.waited = waited
        yield made


def streamed(*pieces, **more):
    return Answer(
        headers={"content-type": "text/event-stream"}, pieces=chat_events(*pieces, **more)
    )


def test_a_picture_and_a_question_go_out_and_a_text_comes_back(api, model):
    api.on("POST", CHAT, streamed("نص ", "كامل"))
    assert model.ask(QUESTION) == Said("نص كامل")
    asked = api.asked[0]
    assert asked.headers["authorization"] == "Bearer vk-1"
    body = asked.json
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("eyes", 0, 50)
    assert (body["stream"], body["logprobs"]) == (True, True)
    assert body["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": QUESTION.image}},
        {"type": "text", "text": "read"},
    ]


def test_probabilities_come_along(api, model):
    token = {"token": "a", "logprob": -0.5, "bytes": [97]}
    choice = {"index": 0, "delta": {"content": "a"}, "logprobs": {"content": [token]}}
    first = b"data: %b\n\n" % json.dumps({"choices": [choice]}).encode()
    api.on("POST", CHAT, Answer(pieces=[first, *chat_events()[1:]]))
    assert model.ask(QUESTION) == Said("a", tokens=(Token("a", -0.5, b"a"),))


def test_an_answer_that_turns_in_circles_is_left(api, model):
    endless = chat_events("بداية. ", *["كلمة " * 10] * 200)
    api.on("POST", CHAT, Answer(pieces=endless, breaks=True))
    said = model.ask(QUESTION)
    assert (said.text, said.end) == ("بداية. كلمة", "loop")


def test_how_it_ended_is_told(api, model):
    api.on("POST", CHAT, streamed("نص", finish="length"), streamed(finish="content_filter"))
    assert model.ask(QUESTION) == Said("نص", "length")
    assert model.ask(QUESTION) == Said("", "filter")


def test_a_refused_rate_is_waited_for_and_nothing_else_is_sent_twice(api, model):
    busy = error(429, "rate_limited", "slow down", retry_after="7")
    api.on("POST", CHAT, busy, busy, streamed("نص"))
    assert model.ask(QUESTION).text == "نص"
    assert model.waited == [7.0, 7.0]
    api.on("POST", CHAT, error(503, "not_ready", "later"))
    with pytest.raises(NotReady):
        model.ask(QUESTION)
    assert len(api.asked) == 4


def test_waiting_has_an_end(api, model):
    api.on("POST", CHAT, error(429, "rate_limited", "slow down", retry_after="3600"))
    with pytest.raises(RateLimited):
        model.ask(QUESTION)
    assert model.waited == [30.0] * 4


def test_a_model_without_probabilities_is_asked_without(api, model):
    refused = error(400, "invalid_request", "logprobs are not supported")
    api.on("POST", CHAT, refused, streamed("نص"))
    assert model.ask(QUESTION).text == "نص"
    model.ask(QUESTION)
    assert ["logprobs" in asked.json for asked in api.asked] == [True, False, False]


def test_an_answer_that_breaks_off_is_none(api, model):
    api.on("POST", CHAT, Answer(pieces=chat_events("نص", done=False)[:2], breaks=True))
    with pytest.raises(UpstreamTruncated):
        model.ask(QUESTION)
