"""What a new user does in the first minute, against the embedded model: shape and usage, never words."""

import json
import math

import anthropic
import httpx
import openai
import pytest

from support.platform import eventually
from vanguard import Client

pytestmark = pytest.mark.e2e

HELLO = [{"role": "user", "content": "Say hello."}]


@pytest.fixture
def openai_client(platform):
    with openai.OpenAI(base_url=platform.base_url + "/v1", api_key=platform.key) as client:
        yield client


def row(platform, request_id):
    def find():
        rows = [one for one in platform.requests() if one["request_id"] == request_id]
        return [one for one in rows if one["status"] != "open"]

    return eventually(find)[0]


def test_an_openai_client_gets_real_tokens_and_a_ledger_row(platform, openai_client):
    raw = openai_client.chat.completions.with_raw_response.create(
        model="default", messages=HELLO, max_tokens=12
    )
    answer = raw.parse()
    assert answer.choices[0].message.content
    assert 1 <= answer.usage.completion_tokens <= 12
    written = row(platform, raw.headers["x-request-id"])
    assert written["status"] == "ok"
    assert written["output_tokens"] == answer.usage.completion_tokens
    assert written["input_tokens"] == answer.usage.prompt_tokens
    assert (written["cost_usd_micros"], written["price_unknown"]) == (0, False)
    assert written["model"] == "smollm2-135m"


def test_an_openai_stream(openai_client):
    parts = list(
        openai_client.chat.completions.create(
            model="default",
            messages=HELLO,
            max_tokens=12,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    text = [
        choice.delta.content for part in parts for choice in part.choices if choice.delta.content
    ]
    assert len(text) > 1
    assert parts[-1].usage.completion_tokens >= len(text) - 1


def test_an_anthropic_client_gets_real_tokens_across_dialects(platform):
    with anthropic.Anthropic(base_url=platform.base_url, api_key=platform.key) as client:
        answer = client.messages.create(model="default", max_tokens=12, messages=HELLO)
        assert answer.content[0].text
        assert 1 <= answer.usage.output_tokens <= 12
        with client.messages.stream(model="default", max_tokens=12, messages=HELLO) as stream:
            message = stream.get_final_message()
        assert message.content[0].text
        count = client.messages.count_tokens(model="default", messages=HELLO)
        assert count.input_tokens > 0


def test_embeddings_know_what_is_alike_across_languages(openai_client):
    texts = ["When does the shop open?", "متى يفتح المتجر؟", "The cat sleeps on the roof."]
    answer = openai_client.embeddings.create(model="default-embedding", input=texts)
    one, two, three = (item.embedding for item in answer.data)

    def alike(a, b):
        dot = sum(x * y for x, y in zip(a, b, strict=True))
        return dot / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))

    assert alike(one, two) > alike(one, three) + 0.2
    assert answer.usage.prompt_tokens > 0


def test_a_key_with_limits_over_the_api_and_the_sdk(platform):
    with Client(platform.base_url, platform.admin_key) as client:
        made = client.keys.create("e2e", requests_per_minute=1, budget_usd="0.50")
        assert made.secret
    with Client(platform.base_url, made.secret) as guest:
        assert guest.chat("Hi", model="default", max_tokens=4).text is not None
    headers = {"authorization": f"Bearer {made.secret}"}
    body = {"model": "default", "messages": HELLO, "max_tokens": 4}
    url = platform.base_url + "/v1/chat/completions"
    again = httpx.post(url, json=body, headers=headers)
    assert again.status_code == 429
    assert int(again.headers["retry-after"]) >= 1
    with platform.admin() as admin:
        assert admin.delete(f"/api/keys/{made.id}").status_code == 200
    # the gateway looks for a newer snapshot ten times a second
    assert eventually(lambda: httpx.post(url, json=body, headers=headers).status_code == 401)


def test_health_metrics_console_and_openapi(platform):
    assert httpx.get(platform.base_url + "/healthz").json() == {"alive": True}
    assert httpx.get(platform.base_url + "/readyz").json()["ready"] is True
    metrics = httpx.get(platform.base_url + "/metrics").text
    assert "vanguard_time_to_first_token_seconds_bucket" in metrics
    with platform.admin() as admin:
        assert "/api/keys" in admin.get("/api/openapi.json").json()["paths"]
    page = httpx.get(platform.base_url + "/", follow_redirects=True)
    assert page.status_code == 200
    assert platform.admin_key not in page.text
    assert httpx.get(platform.base_url + "/api/keys").status_code == 401


def test_secrets_and_prompts_are_in_no_log(platform):
    word = "zanzibarian"
    headers = {"authorization": f"Bearer {platform.key}"}
    body = {"model": "default", "messages": [{"role": "user", "content": word}], "max_tokens": 4}
    httpx.post(platform.base_url + "/v1/chat/completions", json=body, headers=headers, timeout=60)
    for log in (platform.home / "logs").iterdir():
        text = log.read_text(errors="replace")
        for secret in (platform.key, platform.admin_key, word):
            assert secret not in text, log.name
    assert json.dumps(platform.requests()).find(word) == -1
