import json

import pytest

from support.gateway import CHAT, KEY, REPLY, chat, deployment, snapshot
from support.upstream import Upstream, whole
from vanguard.core.errors import (
    ContentBlocked,
    UpstreamError,
    UpstreamOverloaded,
    UpstreamRateLimited,
    UpstreamUnavailable,
    VanguardError,
)
from vanguard.gateway.call.elsewhere import (
    account_at_fault,
    elsewhere,
    meant_status,
    read_before,
    told_within,
    understood,
)
from vanguard.gateway.exchange import Outcome
from vanguard.snapshot.boot import Bounds
from vanguard.snapshot.model import Aws, Model, Routing

PLACE = deployment("http://x")
AWS = deployment("http://x", aws=Aws("us-east-1"))
VERTEX = {"dialect": "google_generate", "credential": "google:metadata"}


@pytest.mark.parametrize(
    ("status", "kind"), [(429, UpstreamRateLimited), (529, UpstreamOverloaded)]
)
def test_who_is_overloaded_says_for_how_long(status, kind):
    error = elsewhere(PLACE, status, 7.5)
    assert isinstance(error, kind)
    assert error.retry_after_s == 7.5
    assert f"'m/0' is overloaded (HTTP {status})" in error.message


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504])
def test_a_failure_is_the_upstreams(status):
    error = elsewhere(PLACE, status, None)
    assert isinstance(error, UpstreamUnavailable)
    assert error.retry_after_s is None


@pytest.mark.parametrize(
    ("place", "status", "aws_type"),
    [(PLACE, 401, ""), (AWS, 401, ""), (AWS, 403, "InvalidSignatureException")],
)
def test_a_refused_credential_is_the_platforms_and_no_wait_mends_it(place, status, aws_type):
    error = elsewhere(place, status, 7.5, b"", aws_type)
    assert isinstance(error, UpstreamUnavailable)
    assert error.retry_after_s is None
    assert "credential" in error.message


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422, 501])
def test_what_the_request_is_at_fault_for_would_fail_elsewhere_too(status):
    assert elsewhere(PLACE, status, 1.0) is None


@pytest.mark.parametrize(
    ("fields", "status", "body", "ours"),
    [
        ({"dialect": "google_generate"}, 400, b'{"reason": "API_KEY_INVALID"}', True),
        ({"dialect": "google_generate"}, 400, b'{"reason": "BAD"}', False),
        ({"dialect": "openai_chat"}, 400, b'{"reason": "API_KEY_INVALID"}', False),
        (VERTEX, 403, b'{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}', True),
        (VERTEX, 403, b'{"reason": "SERVICE_DISABLED"}', True),
        (VERTEX, 403, b"{}", False),
        ({"dialect": "google_generate", "credential": "env:KEY"}, 403, b"", False),
    ],
)
def test_google_says_otherwise_that_our_credential_is_at_fault(fields, status, body, ours):
    error = elsewhere(deployment("http://x/v1", **fields), status, None, body)
    assert (error is not None and "credential" in error.message) is ours


@pytest.mark.parametrize(
    ("dialect", "headers_s", "expected"),
    [("google_generate", None, 34.5), ("google_generate", 7.0, 7.0), ("openai_chat", None, None)],
)
def test_google_says_in_the_body_for_how_long_it_wants_to_be_left_alone(
    dialect, headers_s, expected
):
    body = b'{"error":{"details":[{"@type":"google.rpc.RetryInfo","retryDelay": "34.5s"}]}}'
    error = elsewhere(deployment("http://x/v1", dialect=dialect), 429, headers_s, body)
    assert error is not None
    assert error.retry_after_s == expected


def test_what_an_endpoints_answer_means_may_stand_in_its_type():
    throttled = [(b"date", b"x"), (b"x-amzn-errortype", b"ThrottlingException:http://x/")]
    assert meant_status(400, throttled, b"{}") == 429
    assert meant_status(400, [], b"{}") == 400
    assert meant_status(424, [], b'{"OriginalStatusCode": 503}') == 503


class Fed:
    """A relay whose next `feed` gives this, or raises it."""

    def __init__(self, given):
        self.given = given

    def feed(self, data):
        assert data == b""
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


def test_what_came_in_one_read_before_an_error_is_said_first():
    error, blocked = UpstreamError("broken"), ContentBlocked("rule")
    assert read_before(Fed(b"data: x\n\n"), error) == (b"data: x\n\n", error)
    assert read_before(Fed(UpstreamError("again")), error) == (b"", error)
    assert read_before(Fed(blocked), error) == (b"", blocked), "a guardrail comes first"
    assert read_before(Fed(b"data: x\n\n"), blocked) == (b"", blocked), "nothing follows a block"


def test_a_refusal_behind_a_ping_is_told_as_an_error_of_the_stream():
    told = told_within("openai_chat", 400, b'{"error":{"message":"no such field"}}')
    assert isinstance(told, VanguardError)
    assert "no such field" in told.message


def error(message, **fields):
    return {"error": {"message": message, **fields}}


NO_MODEL = error("The model `x` does not exist or you do not have access to it.")
NO_ACCESS = error("Project `p` does not have access to model `x`", code="model_not_found")
NO_FILE = error("No such File object: file-abc", code="not_found")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, {}),
        (402, error("Insufficient credits")),
        (403, NO_ACCESS),
        (403, {"type": "error", **error("Not for this key.", type="permission_error")}),
        (403, error("Not supported", code="unsupported_country_region_territory")),
        (403, {"error": {"details": [{"reason": "SERVICE_DISABLED"}]}}),
        (404, NO_MODEL),
        (404, {"message": "The model `x` does not exist.", "type": "NotFoundError"}),
        (404, {"type": "error", **error("model: claude-x", type="not_found_error")}),
        (404, error("models/x is not found for API version v1beta", status="NOT_FOUND")),
        (404, error("Publisher Model `projects/p/x` was not found or your project", code=404)),
        (404, error("The API deployment for this resource", code="DeploymentNotFound")),
        (404, error("No endpoints found for some/x.", code=404)),
        (404, {"error": 'model "x" not found, try pulling it first'}),
        (404, {"message": "Model use case details have not been submitted for this account."}),
        (400, error("Your credit balance is too low to access the Anthropic API.")),
        (400, error("This organization has been disabled.")),
    ],
)
def test_an_account_that_can_serve_nobody_says_so(status, body):
    assert account_at_fault(status, json.dumps(body).encode())
    assert account_at_fault(status, json.dumps(body, indent=1).encode())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, NO_MODEL),
        (400, error("model: Field required", type="invalid_request_error")),
        (403, {}),
        (403, error("Your chosen model requires moderation and your input was flagged")),
        (403, error("You do not have permission to access the File x or it may not exist.")),
        (404, {"detail": "Not Found"}),
        (404, NO_FILE),
        (404, error("Previous response with id 'resp_x' not found.")),
        (404, error("No endpoints found that support tool use.")),
        # a client's own words come back with backslashes, and not at the beginning
        (404, error('No such thing: "code": "model_not_found", "message": "model: x"')),
        (400, error('Unknown field "message": "Your credit balance is too low"')),
        (500, NO_MODEL),
    ],
)
def test_a_request_that_may_be_at_fault_itself_blames_no_account(status, body):
    assert not account_at_fault(status, json.dumps(body).encode())


class Two:
    """A model over two upstreams, asked in their order, and perhaps another model behind it."""

    def __init__(self, runner, client, first, second, behind=(), **more):
        self.runner, self.client, self.behind, self.more = runner, client, behind, more
        self.upstreams = [Upstream(list(scripts)) for scripts in (first, second, *behind)]

    async def __aenter__(self):
        for one in self.upstreams:
            await one.__aenter__()
        names = ["m/0", "m/1", "f/0"]
        places = [
            deployment(one.base_url, name=name, **self.more)
            for one, name in zip(self.upstreams, names, strict=False)
        ]
        way = Routing(fallbacks=("f",) if self.behind else ())
        models = {"m": Model("m", "chat", ("m/0", "m/1"), routing=way)}
        if self.behind:
            models["f"] = Model("f", "chat", ("f/0",))
        names = {name: name for name in models}
        value = snapshot(places, models=models, names=names, patterns=())
        self.running = await self.runner.start(value)
        return self

    async def __aexit__(self, *raised):
        for one in self.upstreams:
            await one.__aexit__(*raised)

    async def ask(self):
        return await chat(self.client, self.running)

    @property
    def asked(self):
        return [len(one.asked) for one in self.upstreams]

    def healthy(self, name="m/0"):
        return self.running.gateway.health.healthy(name, self.running.gateway.loop_time())


@pytest.mark.parametrize("status", [402, 403, 404])
async def test_an_account_that_cannot_serve_is_failed_over_and_set_aside(runner, client, status):
    body = NO_ACCESS if status == 403 else NO_MODEL
    async with Two(runner, client, [whole(status, body)], [whole(200, REPLY)]) as two:
        for _ in range(6):
            answer = await two.ask()
            assert answer.headers["x-vanguard-deployment"] == "m/1"
        assert two.asked == [3, 6]
        assert not two.healthy()
        first = two.running.settled()[0]
        assert (first.status, first.http_status, first.cost_usd_micros) == ("failed", status, 0)


async def test_when_all_refuse_the_last_one_is_heard_as_it_is_and_each_is_asked_once(
    runner, client
):
    async with Two(runner, client, [whole(404, NO_MODEL)], [whole(403, NO_ACCESS)]) as two:
        for _ in range(3):
            answer = await two.ask()
            assert (answer.status_code, answer.json()) == (403, NO_ACCESS)
        assert two.asked == [3, 3]
        assert (two.healthy(), two.healthy("m/1")) == (False, False)


async def test_a_bad_key_is_tried_once_for_a_request_and_no_client_hears_of_it(runner, client):
    bad = [whole(400, error("API key not valid.", details=[{"reason": "API_KEY_INVALID"}]))]
    async with Two(runner, client, bad, bad, dialect="google_generate") as two:
        answer = await two.ask()
        assert (answer.status_code, "key" in answer.text) == (503, False)
        assert two.asked == [1, 1]


async def test_one_that_has_merely_failed_is_asked_again_before_a_refusal_is_told(runner, client):
    scripts = [whole(500, {}), whole(200, REPLY)]
    async with Two(runner, client, scripts, [whole(404, NO_MODEL)]) as two:
        assert (await two.ask()).headers["x-vanguard-deployment"] == "m/0"
        assert two.asked == [2, 1]


async def test_what_one_account_lacks_another_may_have_and_nobody_is_blamed(runner, client):
    scripts = [whole(200, REPLY)] * 4 + [whole(404, NO_FILE)]
    async with Two(runner, client, [whole(404, NO_FILE)], scripts) as two:
        for _ in range(4):
            assert (await two.ask()).headers["x-vanguard-deployment"] == "m/1"
        answer = await two.ask()
        assert (answer.status_code, answer.json()) == (404, NO_FILE)
        assert two.asked == [5, 5]
        assert two.running.gateway.health.all_well


async def test_content_that_is_refused_is_not_carried_from_one_account_to_the_next(runner, client):
    refused = error("flagged by our safety system", code="content_policy_violation")
    async with Two(runner, client, [whole(403, refused)], [whole(200, REPLY)]) as two:
        answer = await two.ask()
        assert (answer.status_code, answer.json()) == (403, refused)
        assert two.asked == [1, 0]


async def test_another_model_serves_where_no_account_can_but_not_where_a_request_errs(
    runner, client
):
    first = [whole(404, NO_MODEL), whole(404, NO_FILE)]
    second = [whole(402, {}), whole(404, NO_FILE)]
    async with Two(runner, client, first, second, [[whole(200, REPLY)]]) as two:
        assert (await two.ask()).headers["x-vanguard-deployment"] == "f/0"
        assert (await two.ask()).json() == NO_FILE
        assert two.asked == [2, 2, 1]


SEALED = [
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAAABo" * 4},
    {"role": "user", "content": "go on"},
]
UNREADABLE = error("could not be verified", code="invalid_encrypted_content")
UNKNOWN = error("Previous response not found.", code="previous_response_not_found")
SAID = {"type": "output_text", "text": "hi", "annotations": []}
SAYING = {"type": "message", "id": "msg_1", "role": "assistant", "content": [SAID]}
RESPONSE = {
    "id": "resp_0123456789",
    "object": "response",
    "status": "completed",
    "output": [SAYING],
    "usage": {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25},
}


class Accounts:
    """Accounts of OpenAI's Responses, asked in their order."""

    def __init__(self, runner, client, *scripts, attempts=4):
        self.runner, self.client, self.attempts = runner, client, attempts
        self.upstreams = [Upstream(list(one)) for one in scripts]

    async def __aenter__(self):
        for one in self.upstreams:
            await one.__aenter__()
        places = [
            deployment(one.base_url, name=f"m/{index}", dialect="openai_responses")
            for index, one in enumerate(self.upstreams)
        ]
        bounds = Bounds(attempts=self.attempts)
        self.running = await self.runner.start(snapshot(places), bounds=bounds)
        return self

    async def __aexit__(self, *raised):
        for one in self.upstreams:
            await one.__aexit__(*raised)

    async def ask(self, **fields):
        body = {"model": "m", "input": SEALED, **fields}
        return await self.client.post(
            self.running.base_url + "/v1/responses", json=body, headers=KEY
        )

    @property
    def asked(self):
        return [len(one.asked) for one in self.upstreams]


async def test_whoever_made_a_sealed_item_is_found_however_many_accounts_there_are_and_then_known(
    runner, client
):
    refuses = [whole(400, UNREADABLE)]
    scripts = (refuses, refuses, refuses, [whole(200, RESPONSE)])
    async with Accounts(runner, client, *scripts, attempts=2) as accounts:
        for _ in range(2):
            answer = await accounts.ask()
            assert (answer.status_code, answer.json()["id"]) == (200, RESPONSE["id"])
        assert accounts.asked == [1, 1, 1, 2]
        assert accounts.running.gateway.health.all_well


async def test_whoever_keeps_a_response_is_found_and_then_known(runner, client):
    async with Accounts(runner, client, [whole(400, UNKNOWN)], [whole(200, RESPONSE)]) as accounts:
        for _ in range(2):
            answer = await accounts.ask(input="x", previous_response_id="resp_before0")
            assert answer.status_code == 200
        assert accounts.asked == [1, 2]


async def test_an_item_that_nobody_can_read_is_refused_in_the_last_ones_words(runner, client):
    refuses = [whole(400, UNREADABLE)]
    async with Accounts(runner, client, refuses, refuses) as accounts:
        answer = await accounts.ask()
        assert (answer.status_code, answer.json()) == (400, UNREADABLE)
        assert accounts.asked == [1, 1]
        assert accounts.running.gateway.health.all_well


async def test_while_whoever_may_have_made_an_item_fails_the_client_may_come_again(runner, client):
    failing, refuses = [whole(500, {})], [whole(400, UNREADABLE)]
    async with Accounts(runner, client, failing, refuses, attempts=2) as accounts:
        assert (await accounts.ask()).status_code == 503
        assert accounts.asked == [1, 1]


BEDROCK = {"dialect": "bedrock_converse", "aws": Aws("us-east-1"), "credential": "env:AWS_KEY"}
CONVERSED = {
    "output": {"message": {"role": "assistant", "content": [{"text": "hi"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 20, "outputTokens": 5, "totalTokens": 25},
}


def refused_by_aws(status, kind, **body):
    return whole(status, {"message": "no", **body}, {"x-amzn-errortype": kind + ":http://x/"})


@pytest.mark.parametrize(
    ("refusal", "alone"),
    [
        (refused_by_aws(400, "ServiceQuotaExceededException"), 429),
        (refused_by_aws(400, "RequestExpired"), 503),
        (refused_by_aws(400, "IncompleteSignatureException"), 503),
        (refused_by_aws(424, "ModelErrorException", originalStatusCode=503), 503),
    ],
)
async def test_what_aws_says_by_a_type_is_failed_over_and_told_as_what_it_is(
    runner, client, monkeypatch, refusal, alone
):
    monkeypatch.setenv("AWS_KEY", "secret-of-ours")
    async with Two(runner, client, [refusal], [whole(200, CONVERSED)], **BEDROCK) as two:
        assert (await two.ask()).headers["x-vanguard-deployment"] == "m/1"
    async with Upstream([refusal]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url, **BEDROCK)]), bounds=Bounds(attempts=1)
        )
        assert (await chat(client, running)).status_code == alone


ROLE = "User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized to perform: bedrock:"
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "x"}]}]}


async def test_what_the_request_names_and_the_account_may_not_use_blames_nobody_and_tells_no_account(
    runner, client, monkeypatch
):
    monkeypatch.setenv("AWS_KEY", "secret-of-ours")
    words = {"message": ROLE + "ApplyGuardrail on resource: gr-1"}
    refusal = whole(403, words, {"x-amzn-errortype": "AccessDeniedException:http://x/"})
    async with Two(runner, client, [refusal], [refusal], **BEDROCK) as two:
        for _ in range(3):
            url = two.running.base_url + "/aws/model/m/converse"
            answer = await client.post(url, json=CONVERSE, headers=KEY)
            assert answer.status_code == 403
            assert "'m/1' may not use something that the request names" in answer.json()["message"]
            assert "123456789012" not in answer.text
        assert two.asked == [3, 3]
        assert two.running.gateway.health.all_well


async def test_an_account_that_may_not_ask_for_the_model_is_set_aside(runner, client, monkeypatch):
    monkeypatch.setenv("AWS_KEY", "secret-of-ours")
    words = {"message": ROLE + "InvokeModel on resource: x"}
    refusal = whole(403, words, {"x-amzn-errortype": "AccessDeniedException:http://x/"})
    async with Two(runner, client, [refusal], [whole(200, CONVERSED)], **BEDROCK) as two:
        for _ in range(4):
            assert (await two.ask()).headers["x-vanguard-deployment"] == "m/1"
        assert not two.healthy()


async def test_who_cannot_count_tokens_may_serve_all_the_same(runner, client):
    more = {"dialect": "anthropic_messages", "counts_tokens": True}
    counted = {"input_tokens": 7}
    async with Two(runner, client, [whole(404, NO_MODEL)], [whole(200, counted)], **more) as two:
        url = two.running.base_url + "/v1/messages/count_tokens"
        for _ in range(4):
            answer = await client.post(url, json=CHAT, headers=KEY)
            assert (answer.status_code, answer.json()) == (200, counted)
        assert two.healthy()


def test_what_google_says_in_the_body_is_what_its_quota_hears():
    body = b'{"error":{"details":[{"@type":"google.rpc.RetryInfo","retryDelay": "34.5s"}]}}'
    outcome = Outcome(deployment("http://x/v1", dialect="google_generate"), 0)
    outcome.http_status = 429
    refusal = understood(object(), object(), outcome, [], body, 0.0)
    assert refusal.wait_s == 34.5
    assert refusal.error.retry_after_s == 34.5


async def test_an_answer_that_is_none_is_one_failure(runner, client):
    async with Upstream([whole(203, REPLY)]) as upstream:
        place = deployment(upstream.base_url)
        running = await runner.start(snapshot([place]), bounds=Bounds(attempts=1))
        assert (await chat(client, running)).status_code == 502
        assert running.gateway.health._deployments[place.id].failures == 1
        assert running.gateway.health._deployments[place.id].weight == 1
