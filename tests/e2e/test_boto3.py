"""Unchanged boto3 programs before the embedded model, with what `vanguard key aws` prints.

boto3 itself signs every call with the pair that follows from a virtual key.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.platform import eventually

pytestmark = pytest.mark.e2e

CONVERSE = """
import boto3
bedrock = boto3.client("bedrock-runtime")
ask = {"modelId": "default", "inferenceConfig": {"maxTokens": 8},
       "messages": [{"role": "user", "content": [{"text": "Say hello."}]}]}
whole = bedrock.converse(**ask)
assert whole["output"]["message"]["content"][0]["text"]
assert 1 <= whole["usage"]["outputTokens"] <= 8
events = list(bedrock.converse_stream(**ask)["stream"])
assert "messageStop" in events[-2]
read = lambda usage: usage["totalTokens"] - usage["outputTokens"]  # some of it from the cache
assert read(events[-1]["metadata"]["usage"]) == read(whole["usage"])
counted = bedrock.count_tokens(modelId="default", input={"converse": {"messages": ask["messages"]}})
assert counted["inputTokens"] > 0
print(whole["ResponseMetadata"]["RequestId"])
"""

INVOKE = """
import json
import boto3
bedrock = boto3.client("bedrock-runtime")
body = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 8,
                   "messages": [{"role": "user", "content": "Say hello."}]})
whole = bedrock.invoke_model(modelId="default", body=body)
told = json.loads(whole["body"].read())
assert told["type"] == "message" and told["content"][0]["text"], told
assert 1 <= told["usage"]["output_tokens"] <= 8
stream = bedrock.invoke_model_with_response_stream(modelId="default", body=body)["body"]
events = [json.loads(one["chunk"]["bytes"]) for one in stream]
assert [one["type"] for one in events][:1] == ["message_start"]
assert events[-1]["type"] == "message_stop"
assert any(one["type"] == "content_block_delta" for one in events)
vector = bedrock.invoke_model(modelId="default-embedding", body=json.dumps({"inputText": "hello"}))
assert len(json.loads(vector["body"].read())["embedding"]) > 10
print(whole["ResponseMetadata"]["RequestId"])
"""

LISTS = """
import boto3
from botocore.exceptions import ClientError
control = boto3.client("bedrock")
pages = control.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 1})
profiles = [one for page in pages for one in page["inferenceProfileSummaries"]]
names = {one["inferenceProfileId"] for one in profiles}
assert {"default", "default-embedding"} <= names, names
models = control.list_foundation_models(byOutputModality="TEXT")["modelSummaries"]
assert "default" in {one["modelId"] for one in models}
(arn,) = [one["inferenceProfileArn"] for one in profiles if one["inferenceProfileId"] == "default"]
assert ":eu-north-1:" in arn
one = control.get_inference_profile(inferenceProfileIdentifier=arn)
assert one["inferenceProfileName"] == "default"
whole = boto3.client("bedrock-runtime").converse(
    modelId=arn, inferenceConfig={"maxTokens": 4},
    messages=[{"role": "user", "content": [{"text": "Say hello."}]}])
wrong = boto3.client("bedrock-runtime", aws_secret_access_key="wrong" * 8,
                     aws_access_key_id=boto3.Session().get_credentials().access_key)
try:
    wrong.converse(modelId="default", messages=[{"role": "user", "content": [{"text": "x"}]}])
except ClientError as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error
    assert "does not match" in error.response["Error"]["Message"], error
else:
    raise AssertionError("a wrong secret was taken")
print(whole["ResponseMetadata"]["RequestId"])
"""


@pytest.mark.parametrize("program", [CONVERSE, INVOKE, LISTS], ids=["converse", "invoke", "lists"])
def test_a_boto3_program_changes_by_its_environment_alone(platform, program, request):
    home = {**os.environ, "VANGUARD_HOME": str(platform.home), "VANGUARD_URL": platform.base_url}
    folder = Path(sys.executable).parent
    admin = {**home, "VANGUARD_ADMIN_KEY": platform.admin_key}
    name = f"boto3-{request.node.callspec.id}"
    create = [str(folder / "vanguard"), "key", "create", name]
    subprocess.run(create, env=admin, check=True, capture_output=True, timeout=60)
    script = f'eval "$({folder}/vanguard key aws {name})"; exec {sys.executable} -c "$PROGRAM"'
    done = subprocess.run(
        ["bash", "-euc", script],
        env={**admin, "PROGRAM": program, "AWS_DEFAULT_REGION": "eu-north-1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    request_id = done.stdout.strip()

    def written():
        rows = [one for one in platform.requests() if one["request_id"] == request_id]
        return [one for one in rows if one["status"] == "ok"]

    (row,) = eventually(written)
    assert row["output_tokens"] >= 1
