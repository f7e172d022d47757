"""Paths of the AWS doors."""

from urllib.parse import quote

import pytest

from support.bedrock import service
from vanguard.gateway.aws.doors import ANY, find_aws_door
from vanguard.gateway.doors import find_door

ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"


@pytest.mark.parametrize(
    ("verb", "dialect", "operation", "stream"),
    [
        ("converse", "bedrock_converse", "chat", False),
        ("converse-stream", "bedrock_converse", "chat", True),
        ("invoke", "bedrock_invoke", "chat", False),
        ("invoke-with-response-stream", "bedrock_invoke", "chat", True),
        ("count-tokens", "bedrock_converse", "count_tokens", False),
    ],
)
@pytest.mark.parametrize("written", [quote(ARN, safe=""), quote(ARN, safe=":/"), quote(ARN)])
def test_operations_and_models(verb, dialect, operation, stream, written):
    door = find_aws_door(f"/aws/model/{written}/{verb}")
    assert (door.dialect, door.operation, door.stream) == (dialect, operation, stream)
    assert door.model == ARN
    assert door.varies


def test_paths_are_the_services_own():
    operations = ("Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream")
    for name in (*operations, "CountTokens"):
        uri = service().operation_model(name).http["requestUri"]
        assert find_aws_door("/aws" + uri.replace("{modelId}", "m")).model == "m"


@pytest.mark.parametrize(
    "path",
    [
        "/aws/model/m/other",
        "/aws/model//converse",
        "/aws/model/converse",
        "/aws/guardrail/x/version/1/apply",
        "/model/m/converse",
        f"/aws/model/{'x' * 3000}/converse",
    ],
)
def test_what_is_no_operation_has_no_door(path):
    assert find_aws_door(path) is None


def test_the_model_doors_of_other_apis_do_not_know_it():
    assert find_door("/aws/model/m/converse") is None
    assert ANY.dialect == "bedrock_converse"
