"""Credentials that no settings hold, in real processes: from files, a machine and a program to the upstream.

AWS and Google are played by one server of the test.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from support import bytes_of_google as google
from support.asking import sts_answer
from support.bedrock import REPLY
from support.platform import Platform
from vanguard.wire.sigv4 import Signable, matches, payload_hash, read_claim

pytestmark = pytest.mark.e2e

FAR = "2099-01-01T00:00:00Z"
MACHINES = {
    "Code": "Success",
    "AccessKeyId": "ASIAMACHINE",
    "SecretAccessKey": "s",
    "Token": "t",
    "Expiration": FAR,
}
IMDS = "/imds/latest/meta-data/iam/security-credentials/"
SETTINGS = """
models:
  profiled:
    deployments:
      - {{provider: bedrock, model: anthropic.claude-x, base_url: "{url}/bedrock", price: free,
         aws: {{credentials: "aws:profile/top"}}}}
  machine:
    deployments:
      - {{provider: bedrock, model: amazon.nova-x, base_url: "{url}/bedrock", price: free,
         aws: {{region: eu-west-1, credentials: "aws:profile/machine"}}}}
  program:
    deployments:
      - {{provider: bedrock, model: amazon.nova-x, base_url: "{url}/bedrock", price: free,
         aws: {{region: eu-west-1, credentials: "aws:profile/program"}}}}
  federated:
    deployments:
      - {{provider: vertex, model: gemini-x, base_url: "{url}/vertex", price: free,
         google: {{project: p, credentials: "{folder}/federated.json"}}}}
"""
CONFIG = """
[profile top]
region = eu-west-1
role_arn = arn:aws:iam::1:role/top
source_profile = middle
[profile middle]
role_arn = arn:aws:iam::1:role/middle
source_profile = base
[profile machine]
role_arn = arn:aws:iam::1:role/machine
credential_source = Ec2InstanceMetadata
[profile program]
credential_process = {python} -c "print('{printed}')"
"""
PRINTED = r"""{\"Version\": 1, \"AccessKeyId\": \"AKPROGRAM\", \"SecretAccessKey\": \"s\"}"""
CREDENTIALS = "[base]\naws_access_key_id = AKBASE\naws_secret_access_key = base secret\n"


class Clouds(BaseHTTPRequestHandler):
    """STS, a metadata service, Bedrock, and Google's STS, IAM and Vertex."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, dict[str, str], bytes]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): text for name, text in self.headers.items()}
        self.server.asked.append((self.path, headers, body))
        data = self._body(body, headers)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that the server looks for

    def _body(self, body: bytes, headers: dict[str, str]) -> bytes:
        path = self.path
        if path == "/sts/":
            role = parse_qs(body.decode())["RoleArn"][0].rpartition("/")[2]
            return sts_answer(f"ASIA{role}", FAR)
        if path.startswith("/bedrock/"):
            return json.dumps(REPLY).encode()
        if path.startswith("/vertex/"):
            return json.dumps(google.TEXT).encode()
        if path == "/google/token":
            return b'{"access_token": "federated", "expires_in": 3600}'
        if path.endswith(":generateAccessToken"):
            told = {"accessToken": "impersonated", "expireTime": FAR}
            return json.dumps(told).encode()
        answers = {
            "/imds/latest/api/token": b"imds",
            IMDS: b"role",
            f"{IMDS}role": json.dumps(MACHINES).encode(),
        }
        return answers[path]

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def clouds():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Clouds)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def platform(tmp_path_factory, clouds):
    folder: Path = tmp_path_factory.mktemp("clouds")
    url = f"http://127.0.0.1:{clouds.server_port}"
    (folder / "config").write_text(CONFIG.format(python=sys.executable, printed=PRINTED))
    (folder / "credentials").write_text(CREDENTIALS)
    (folder / "subject").write_text("a.subject.token")
    impersonate = f"{url}/google/serviceAccounts/a@p:generateAccessToken"
    federated = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{url}/google/token",
        "credential_source": {"file": str(folder / "subject")},
        "service_account_impersonation_url": impersonate,
    }
    (folder / "federated.json").write_text(json.dumps(federated))
    settings = SETTINGS.format(url=url, folder=folder)
    made = Platform(folder / "platform", model="none", settings=settings)
    try:
        yield made.start(
            AWS_CONFIG_FILE=str(folder / "config"),
            AWS_SHARED_CREDENTIALS_FILE=str(folder / "credentials"),
            AWS_ENDPOINT_URL_STS=f"{url}/sts",
            AWS_EC2_METADATA_SERVICE_ENDPOINT=f"{url}/imds",
        )
    finally:
        made.stop()


def ask(platform: Platform, model: str) -> None:
    answer = httpx.post(
        f"{platform.base_url}/v1/chat/completions",
        headers={"authorization": f"Bearer {platform.key}"},
        json={"model": model, "messages": [{"role": "user", "content": "hi"}]},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text


def signer(asked: tuple[str, dict[str, str], bytes], secret: str) -> str:
    path, headers, body = asked
    raw = {name.encode(): text.encode() for name, text in headers.items()}
    claim = read_claim(raw)
    signable = Signable("POST", path, "", list(raw.items()), payload_hash(body))
    assert matches(signable, claim, secret)
    return claim.access_key_id


@pytest.mark.parametrize(
    ("model", "key_id", "secret"),
    [
        ("profiled", "ASIAtop", "secret-of-ASIAtop"),
        ("machine", "ASIAmachine", "secret-of-ASIAmachine"),
        ("program", "AKPROGRAM", "s"),
    ],
)
def test_bedrock_is_signed_for_with_what_is_found(platform, clouds, model, key_id, secret):
    ask(platform, model)
    assert (
        signer([one for one in clouds.asked if one[0].startswith("/bedrock/")][-1], secret)
        == key_id
    )


def test_roles_are_assumed_one_with_the_other(platform, clouds):
    ask(platform, "profiled")
    ask(platform, "machine")
    callers = {}
    for one in clouds.asked:
        if one[0] == "/sts/":
            role = parse_qs(one[2].decode())["RoleArn"][0].rpartition("/")[2]
            callers[role] = read_claim({n.encode(): t.encode() for n, t in one[1].items()})
    assert {role: claim.access_key_id for role, claim in callers.items()} == {
        "middle": "AKBASE",
        "top": "ASIAmiddle",
        "machine": "ASIAMACHINE",
    }
    assert {claim.place.region for claim in callers.values()} == {"eu-west-1"}


def test_vertex_is_sent_the_token_of_the_impersonated_account(platform, clouds):
    ask(platform, "federated")
    path, headers, _ = [one for one in clouds.asked if one[0].startswith("/vertex/")][-1]
    assert path.endswith("/models/gemini-x:generateContent")
    assert headers["authorization"] == "Bearer impersonated"
    form = next(parse_qs(one[2].decode()) for one in clouds.asked if one[0] == "/google/token")
    assert form["subject_token"] == ["a.subject.token"]
