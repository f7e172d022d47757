"""An unchanged boto3 program before the embedded model, with what `vanguard key aws` prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.platform import eventually

pytestmark = pytest.mark.e2e

PROGRAM = """
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


def test_a_boto3_program_changes_by_its_environment_alone(platform):
    home = {**os.environ, "VANGUARD_HOME": str(platform.home), "VANGUARD_URL": platform.base_url}
    folder = Path(sys.executable).parent
    admin = {**home, "VANGUARD_ADMIN_KEY": platform.admin_key}
    create = [str(folder / "vanguard"), "key", "create", "boto3"]
    subprocess.run(create, env=admin, check=True, capture_output=True, timeout=60)
    script = f'eval "$({folder}/vanguard key aws boto3)"; exec {sys.executable} -c "$PROGRAM"'
    done = subprocess.run(
        ["bash", "-euc", script],
        env={**admin, "PROGRAM": PROGRAM, "AWS_DEFAULT_REGION": "eu-north-1"},
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
