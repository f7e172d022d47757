"""A scan read by a model behind the real gateway: its questions are rows of usage with their key."""

import base64
import json
import re
import subprocess
import sys

import pytest
from PIL import Image

from support.api_server import Answer, ApiServer, chat_events
from support.documents.drawing import drawn
from support.platform import eventually

pytestmark = pytest.mark.e2e

TEXT = ("alpha beta gamma", "delta epsilon zeta")
SETTINGS = """
models:
  eyes:
    deployments:
      - provider: openai
        base_url: {url}/v1
        model: upstream-eyes
        api_key: env:SCRIPTED_KEY
        price: {{input: 3, output: 15}}
  blind:
    deployments:
      - provider: openai
        base_url: http://127.0.0.1:9/v1
        model: nobody
        api_key: env:SCRIPTED_KEY
        price: {{input: 3, output: 15}}
"""


class SeeingModel(ApiServer):
    """Answers each question by chat completions, streamed, after it looked at the picture."""

    def __init__(self, text):
        super().__init__()
        self.text = text

    def answer_to(self, asked):
        self.asked.append(asked)
        picture = asked.json["messages"][0]["content"][0]["image_url"]["url"]
        head, _, data = picture.partition(",")
        assert re.fullmatch("data:image/(png|jpeg);base64", head)
        assert base64.b64decode(data)
        return Answer(headers={"content-type": "text/event-stream"}, pieces=chat_events(*self.text))


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scan.png"
    Image.fromarray(drawn(TEXT, size_px=30, wide=500)).save(path, dpi=(150, 150))
    return path


def read(scan, out, *more):
    """In a process of its own, as users have it: the readers' processes have its environment."""
    words = ["documents", "read", scan, "-o", out, "--languages", "eng", "--processes", "1"]
    command = [sys.executable, "-m", "vanguard", *map(str, words), "--model", "eyes", *more]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.returncode, run.stderr


def test_a_scan_is_read_by_a_model_through_the_gateway(scan, tmp_path, own_platform, monkeypatch):
    said = ["Here is the text:\n", "\n".join(TEXT)]
    with SeeingModel(said) as upstream:
        platform = own_platform(settings=SETTINGS.format(url=upstream.url), model="none").start(
            SCRIPTED_KEY="sk-test"
        )
        monkeypatch.setenv("VANGUARD_URL", platform.base_url)
        monkeypatch.setenv("VANGUARD_API_KEY", platform.key)
        out = tmp_path / "out.json"
        code, said_of_it = read(scan, out, "--reader", "vision")
        assert code == 0, said_of_it
        (block, *_) = json.loads(out.read_bytes())["pages"][0]["blocks"]
        codes = {reason["code"] for reason in block["reasons"]}
        assert {"remarks", "agreed"} <= codes
        assert block["tier"] == "accept"

        def settled():
            rows = [one for one in platform.requests() if one["model"] == "eyes"]
            return len(rows) == len(upstream.asked) and all(r["status"] == "ok" for r in rows)

        eventually(settled)
        rows = [one for one in platform.requests() if one["model"] == "eyes"]
        assert len(rows) >= 1
        assert all(row["key_name"] for row in rows)
        assert all(row["output_tokens"] == len(said) for row in rows)
        assert all(row["cost_usd_micros"] > 0 for row in rows)
        assert upstream.asked[0].json["temperature"] == 0
        assert upstream.asked[0].json["model"] == "upstream-eyes"

        code, said_of_it = read(scan, out, "--reader", "vision", "--model", "ears")
        assert code == 1
        assert "no model 'ears'" in said_of_it

        # the gateway answers, and nobody behind it: OCR stands, and the run says so
        code, said_of_it = read(scan, out, "--reader", "both", "--model", "blind")
        assert code == 1
        assert "scan.png, page 1: not read a second time: " in said_of_it
        page = json.loads(out.read_bytes())["pages"][0]
        assert page["blocks"][0]["reader"] == "tesseract:eng"
        assert "model_failed" in {reason["code"] for reason in page["blocks"][0]["reasons"]}
        platform.stop()

    # nobody answers: said before a page is read
    code, said_of_it = read(scan, tmp_path / "other.json", "--reader", "both")
    assert code == 1
    assert "nothing answers" in said_of_it


def test_documents_over_http_are_read_by_a_model_with_a_key_of_the_platforms_own(
    scan, own_platform
):
    with SeeingModel(["\n".join(TEXT)]) as upstream:
        settings = SETTINGS.format(url=upstream.url) + "documents: {processes: 1, idle_s: 1}\n"
        platform = own_platform(settings=settings, model="none").start(SCRIPTED_KEY="sk-test")
        with platform.admin() as client:

            def hand_in(model):
                wishes = {"languages": "eng", "reader": "vision", "model": model}
                with scan.open("rb") as file:
                    files = {"file": (scan.name, file)}
                    return client.post("/api/documents", files=files, data=wishes)

            def read(model):
                document_id = hand_in(model).json()["id"]

                def over():
                    found = client.get(f"/api/documents/{document_id}").json()
                    return found if found["state"] in ("done", "failed") else None

                return eventually(over, within_s=120)

            found = read("eyes")
            assert (found["state"], found["model"], found["pages"]["unasked"]) == (
                "done",
                "eyes",
                0,
            )
            result = client.get(f"/api/documents/{found['id']}/result", params={"format": "json"})
            reasons = result.json()["pages"][0]["blocks"][0]["reasons"]
            assert "agreed" in {reason["code"] for reason in reasons}

            def settled():
                rows = [one for one in platform.requests() if one["model"] == "eyes"]
                return rows if len(rows) == len(upstream.asked) > 0 else None

            rows = eventually(settled)
            assert {one["key_name"] for one in rows} == {"documents"}
            assert (platform.home / "documents-model.key").stat().st_mode & 0o777 == 0o600
            assert read("blind")["pages"]["unasked"] == 1

            keys = client.get("/api/keys").json()["data"]
            (mine,) = [one["id"] for one in keys if one["name"] == "documents"]
            assert client.delete(f"/api/keys/{mine}").status_code == 200
            assert hand_in("eyes").status_code == 409
