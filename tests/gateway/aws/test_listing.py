"""Models in the shapes of Bedrock's control plane, as botocore reads them."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import RestJSONParser

from support.bedrock import REPLY, Account
from support.gateway import KEY, SECRET, deployment, snapshot
from support.upstream import Upstream, whole
from vanguard.core.aws_pair import aws_pair
from vanguard.core.ids import hash_secret
from vanguard.gateway.aws.listing import find_listing_door
from vanguard.snapshot.model import Key, Model

SONNET = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
OWN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
PLACE = deployment("http://127.0.0.1:1")


@cache
def control() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("bedrock", "service-2"), "bedrock")


def parsed(answer, operation):
    shape = control().operation_model(operation).output_shape
    response = {
        "status_code": answer.status_code,
        "headers": answer.headers,
        "body": answer.content,
    }
    found = RestJSONParser().parse(response, shape)
    if answer.status_code == 200:
        _required(found, shape)
        assert answer.headers["x-amzn-requestid"]
    return found


def _required(value, shape):
    """botocore does not check answers: what the model calls required is there, and in its enumeration."""
    if shape.type_name == "structure":
        assert set(shape.required_members) <= set(value), shape.name
        assert set(value) - {"ResponseMetadata"} <= set(shape.members), shape.name
        for name, member in shape.members.items():
            if name in value:
                _required(value[name], member)
    elif shape.type_name == "list":
        for one in value:
            _required(one, shape.member)
    elif getattr(shape, "enum", None):
        assert value in shape.enum


def models(*, limited=()):
    """A chat model with two more names, an embedder, and a key that may use some of them."""
    names = {"sonnet": "sonnet", SONNET: "sonnet", OWN: "sonnet", "e": "e"}
    made = {
        "sonnet": Model("sonnet", "chat", ("m/0",), created_at_ms=1_795_608_000_000),
        "e": Model("e", "embedding", ("m/0",)),
    }
    chain = ("org", "team", "user", "key")
    key = Key("key", hash_secret(SECRET), "k", chain, "org", "team", "user", models=limited)
    return {"models": made, "names": names, "patterns": (), "keys": {key.hash: key}}


@pytest.fixture
async def ask(runner, client):
    running = await runner.start(snapshot([PLACE], **models()))

    async def get(path, operation, **headers):
        answer = await client.get(f"{running.base_url}/aws/{path}", headers=headers or KEY)
        return parsed(answer, operation)

    get.running = running
    return get


async def test_every_name_is_a_profile_that_botocore_reads(ask):
    page = await ask("inference-profiles", "ListInferenceProfiles")
    rows = {one["inferenceProfileId"]: one for one in page["inferenceProfileSummaries"]}
    assert sorted(rows) == ["abc", "e", SONNET, "sonnet"]
    one = rows[SONNET]
    assert one["inferenceProfileArn"].endswith(f":000000000000:inference-profile/{SONNET}")
    (model,) = one["models"]
    assert model["modelArn"].endswith(
        "::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0"
    )
    assert one["createdAt"].year == 2026
    assert (rows["abc"]["inferenceProfileArn"], rows["abc"]["type"]) == (OWN, "APPLICATION")
    assert "nextToken" not in page


async def test_a_type_and_pages(ask):
    page = await ask("inference-profiles?type=APPLICATION", "ListInferenceProfiles")
    assert [one["inferenceProfileId"] for one in page["inferenceProfileSummaries"]] == ["abc"]
    seen, path = [], "inference-profiles?type=SYSTEM_DEFINED&maxResults=2"
    for more in ("", "&nextToken="):
        page = await ask(path + (more and more + quote(page["nextToken"])), "ListInferenceProfiles")
        seen += [one["inferenceProfileId"] for one in page["inferenceProfileSummaries"]]
    assert seen == ["e", SONNET, "sonnet"]
    assert "nextToken" not in page


@pytest.mark.parametrize(
    "query", ["maxResults=0", "maxResults=1001", "maxResults=x", "nextToken=!"]
)
async def test_a_query_that_is_none(ask, query):
    found = await ask(f"inference-profiles?{query}", "ListInferenceProfiles")
    assert found["Error"]["Code"] == "ValidationException"


async def test_one_profile_by_id_by_our_arn_and_by_an_arn_of_the_settings(ask):
    ours = f"arn:aws:bedrock:us-east-1:000000000000:inference-profile/{SONNET}"
    for name, id_ in ((SONNET, SONNET), (ours, SONNET), (OWN, "abc")):
        found = await ask(f"inference-profiles/{quote(name, safe='')}", "GetInferenceProfile")
        assert found["inferenceProfileId"] == id_
    gone = await ask("inference-profiles/gone", "GetInferenceProfile")
    assert gone["Error"]["Code"] == "ResourceNotFoundException"


async def test_foundation_models_and_what_a_query_wants_of_them(ask):
    page = await ask("foundation-models", "ListFoundationModels")
    rows = {one["modelId"]: one for one in page["modelSummaries"]}
    assert rows[SONNET]["providerName"] == "Anthropic"
    assert rows["e"]["outputModalities"] == ["EMBEDDING"]
    assert rows["sonnet"]["inputModalities"] == ["TEXT", "IMAGE"]
    for query, wanted in (
        ("byProvider=anthropic", {SONNET}),
        ("byOutputModality=EMBEDDING", {"e"}),
        ("byInferenceType=PROVISIONED", set()),
        ("byInferenceType=ON_DEMAND&byOutputModality=TEXT", {"sonnet", SONNET, OWN}),
        ("byCustomizationType=FINE_TUNING", set()),
    ):
        page = await ask(f"foundation-models?{query}", "ListFoundationModels")
        assert {one["modelId"] for one in page["modelSummaries"]} == wanted
    one = await ask(f"foundation-models/{quote(SONNET)}", "GetFoundationModel")
    assert one["modelDetails"]["modelLifecycle"] == {"status": "ACTIVE"}


async def test_a_key_sees_what_it_may_use(runner, client):
    running = await runner.start(snapshot([PLACE], **models(limited=("e",))))
    for path, operation, field in (
        ("inference-profiles", "ListInferenceProfiles", "inferenceProfileSummaries"),
        ("foundation-models", "ListFoundationModels", "modelSummaries"),
    ):
        answer = await client.get(f"{running.base_url}/aws/{path}", headers=KEY)
        assert len(parsed(answer, operation)[field]) == 1
        answer = await client.get(f"{running.base_url}/aws/{path}/sonnet", headers=KEY)
        assert answer.status_code == 404
        assert (await client.get(f"{running.base_url}/aws/{path}")).status_code == 403
        assert (await client.post(f"{running.base_url}/aws/{path}", headers=KEY)).status_code == 400


async def test_a_pairs_signature_opens_it_and_names_the_region(runner, client, tmp_path):
    account = Account(tmp_path)
    running = await runner.start(snapshot([PLACE], aws_master=account.master, **models()))
    pair = aws_pair(hash_secret(SECRET), b"the master secret")
    url = f"{running.base_url}/aws/inference-profiles?maxResults=1&type=SYSTEM_DEFINED"
    request = AWSRequest("GET", url)
    keys = Credentials(pair.access_key_id, pair.secret_access_key)
    SigV4Auth(keys, "bedrock", "eu-north-1").add_auth(request)
    answer = await client.get(url, headers=dict(request.headers))
    (one,) = parsed(answer, "ListInferenceProfiles")["inferenceProfileSummaries"]
    assert one["inferenceProfileArn"].startswith("arn:aws:bedrock:eu-north-1:")


async def test_an_arn_that_a_list_has_told_may_be_asked(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as upstream:
        place = deployment(
            upstream.base_url, dialect="bedrock_converse", aws=Account(tmp_path).aws()
        )
        running = await runner.start(snapshot([place], **models()))
        body = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
        for arn in (
            f"arn:aws:bedrock:us-east-1:000000000000:inference-profile/{SONNET}",
            f"arn:aws:bedrock:us-east-1::foundation-model/{SONNET}",
            OWN,
        ):
            url = f"{running.base_url}/aws/model/{quote(arn, safe='')}/converse"
            assert (await client.post(url, json=body, headers=KEY)).status_code == 200
        url = f"{running.base_url}/aws/model/{quote('arn:x/gone', safe='')}/converse"
        assert (await client.post(url, json=body, headers=KEY)).status_code == 404


def test_paths_are_the_services_own():
    for name, part in (
        ("ListInferenceProfiles", ""),
        ("GetInferenceProfile", "{inferenceProfileIdentifier}"),
        ("ListFoundationModels", ""),
        ("GetFoundationModel", "{modelIdentifier}"),
    ):
        uri = control().operation_model(name).http["requestUri"]
        door = find_listing_door("/aws" + uri.replace(part or "-", "x" if part else "-"))
        assert door is not None
        assert (door.name, door.method) == ("x" if part else "", "GET")
    for path in ("/inference-profiles", "/aws/inference-profiles/", "/aws/inference-profilesx"):
        assert find_listing_door(path) is None
    assert find_listing_door(f"/aws/inference-profiles/{'x' * 3000}") is None
