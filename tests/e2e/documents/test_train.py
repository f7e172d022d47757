"""From pages to a served model: `vanguard documents train`, and the promoted folder behind a real gateway.

The model is tiny and random at first. In vLLM's place stands a small server around transformers.
"""

import base64
import io
import json
import os
import re
import subprocess
import sys

import httpx
import pytest
import yaml

from support.documents import pages_to_learn
from support.documents.model_server import SERVED, ModelServer
from support.documents.training import TINY
from support.examples import REPOSITORY
from vanguard.documents.train.settings import dumps, load

pytestmark = pytest.mark.e2e

GUIDE = REPOSITORY / "docs/guide/documents-train.md"
# a connection to anywhere but this machine ends the process
ALONE = """
import os, sys
def audit(event, arguments):
    if event == "socket.getaddrinfo" or event == "socket.connect" and isinstance(arguments[1], tuple):
        print("asked the network:", event, arguments, file=sys.stderr, flush=True)
        os._exit(99)
sys.addaudithook(audit)
from vanguard.cli.main import main
sys.exit(main())
"""


def block(language):
    """The guide's only block of a language."""
    (found,) = re.findall(
        rf"^```{language}\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL
    )
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A tiny model's folder."""
    from support.documents import tiny_model

    folder = tmp_path_factory.mktemp("base")
    tiny_model.make(folder)
    return folder


@pytest.fixture(scope="module")
def run(base, tmp_path_factory):
    """The folder of a run of the command, that reached no network."""
    folder = tmp_path_factory.mktemp("train")
    pages_to_learn.make(folder / "pages")
    pages_to_learn.make(folder / "held-out", paper=250)
    lines = [f"{name} = {json.dumps(value)}" for name, value in TINY.items()]
    (folder / "train.toml").write_text("\n".join(lines))
    words = ["documents", "train", "pages", "--base", base, "-o", "run", "--held-out", "held-out"]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, words), "--settings", "train.toml"],
        cwd=folder,
        # threads that wait for one another take minutes where cores are shared
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "promoted: run/promoted"
    assert "step 60 of 60, loss 0." in done.stderr
    assert "Warning" not in done.stderr
    return folder / "run"


def question(number, **more):
    image = io.BytesIO()
    pages_to_learn.image_of(number).save(image, "PNG")
    uri = f"data:image/png;base64,{base64.b64encode(image.getvalue()).decode()}"
    content = [
        {"type": "image_url", "image_url": {"url": uri}},
        {"type": "text", "text": pages_to_learn.QUESTION},
    ]
    return {"model": SERVED, "messages": [{"role": "user", "content": content}], **more}


def test_the_promoted_folder_is_served_and_read_with_through_a_gateway(run, own_platform):
    settings = block("yaml")
    assert yaml.safe_load(settings)["models"].keys() == {SERVED}
    with ModelServer(run / "promoted") as server:
        place = "http://10.0.0.7:8000/v1"
        assert place in settings
        platform = own_platform(settings=settings.replace(place, server.url))
        platform.start()
        with httpx.Client(base_url=platform.base_url, timeout=60) as client:
            client.headers["authorization"] = f"Bearer {platform.key}"
            path = "/v1/chat/completions"
            for number, answer in enumerate(pages_to_learn.ANSWERS):
                reply = client.post(path, json=question(number, temperature=0, max_tokens=20))
                assert reply.json()["choices"][0]["message"]["content"].strip() == answer
            streamed = client.post(path, json=question(2, stream=True)).text
        assert json.dumps("كتاب")[1:-1] not in streamed
        assert json.dumps("قلم")[1:-1] in streamed
        # the question went as it was asked, image and all
        assert server.asked[0]["messages"] == question(0)["messages"]


def test_the_guides_settings_are_the_defaults(tmp_path):
    path = tmp_path / "train.toml"
    path.write_text(block("toml"))
    assert dumps(load(path, {})) == dumps(load(None, {}))
    assert len(block("toml").splitlines()) == len(dumps(load(None, {})).splitlines())
