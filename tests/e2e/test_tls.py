"""The platform with a certificate of its own, in front of an upstream behind TLS and a proxy."""

import asyncio
import json
import shutil
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import openai
import pytest

from support.certificates import Authority
from support.connect_proxy import ConnectProxy
from support.gateway import REPLY, STREAM
from support.platform import eventually
from support.upstream import Upstream, stream, whole
from vanguard import Client

pytestmark = pytest.mark.e2e

HELLO = [{"role": "user", "content": "hello"}]


class Elsewhere:
    """An upstream and a proxy in a thread of their own, so that the test may block."""

    def __init__(self, pair):
        self.upstream = Upstream([whole(200, REPLY), stream(STREAM)], tls=pair.server())
        self.proxy = ConnectProxy("corp:s3cret")

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.run(self.upstream.__aenter__())
        self.run(self.proxy.__aenter__())
        return self

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def __exit__(self, *_):
        self.run(self.proxy.__aexit__())
        self.run(self.upstream.__aexit__())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


def settings(port, authority, inbound, upstream_tls):
    # 198.51.100.7 is an address of documentation: only the proxy can lead there
    return f"""
tls:
  certificate: {inbound.certificate}
  key: {inbound.key}
gateway:
  upstream_tls: {upstream_tls}
models:
  far:
    deployments:
      - provider: openai
        base_url: https://198.51.100.7:{port}/v1
        model: scripted
        api_key: env:SCRIPTED_KEY
        price: free
        tls:
          ca_file: {authority.file}
          server_name: models.test
"""


@pytest.mark.parametrize("upstream_tls", ["loop", "socket"])
def test_an_unchanged_client_through_tls_and_a_proxy(own_platform, authority, upstream_tls):
    inbound = authority.issue("gateway.test", "127.0.0.1")
    with Elsewhere(authority.issue("models.test")) as there:
        text = settings(there.upstream.port, authority, inbound, upstream_tls)
        platform = own_platform(settings=text, model="none")
        platform.start(SCRIPTED_KEY="sk-test", HTTPS_PROXY=there.proxy.url, https_proxy="")
        assert platform.base_url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=authority.file)
        with openai.OpenAI(
            base_url=f"{platform.base_url}/v1",
            api_key=platform.key,
            http_client=openai.DefaultHttpxClient(verify=context, trust_env=False),
        ) as client:
            answer = client.chat.completions.create(model="far", messages=HELLO)
            assert answer.choices[0].message.content == "hi"
            parts = list(client.chat.completions.create(model="far", messages=HELLO, stream=True))
            text = "".join(p.choices[0].delta.content or "" for p in parts if p.choices)
            assert text == "ab"
        assert there.proxy.asked[0] == f"198.51.100.7:{there.upstream.port}"
        assert there.upstream.asked[0].headers["authorization"] == "Bearer sk-test"
        if upstream_tls == "socket":
            return
        _rest(platform, authority, inbound)
        for file in [*(platform.home / "run").iterdir(), *(platform.home / "logs").iterdir()]:
            assert not file.is_file() or b"s3cret" not in file.read_bytes(), file
        assert b"s3cret" not in (platform.home / "snapshot.json").read_bytes()


def _rest(platform, authority, inbound):
    """Our own tools find their way; plain HTTP does not; a new certificate needs no restart."""
    context = ssl.create_default_context(cafile=authority.file)
    with Client(home=platform.home) as client:
        assert "far" in [model.name for model in client.models()]
    vanguard = Path(sys.executable).parent / "vanguard"
    done = subprocess.run(
        [vanguard, "doctor", "--home", platform.home, "--json"],
        cwd=platform.folder,
        capture_output=True,
        check=False,
    )
    findings = json.loads(done.stdout)["findings"]
    told = [one["text"] for one in findings if one["check"] == "gateway"]
    assert told == [f"{platform.base_url} is alive", f"{platform.base_url} takes traffic"]
    plain = platform.base_url.replace("https:", "http:")
    with pytest.raises(httpx.TransportError):
        httpx.get(plain + "/healthz")
    with httpx.Client(verify=context, base_url=platform.base_url) as client:
        cookie = client.post("/api/login", json={"key": platform.admin_key}).headers["set-cookie"]
        assert "secure" in cookie.lower().split("; ")

    newer = authority.issue("newer.test", "127.0.0.1")
    shutil.copy(newer.certificate, inbound.certificate)
    shutil.copy(newer.key, inbound.key)

    def shown():
        url = platform.base_url + "/healthz"
        with httpx.stream("GET", url, verify=context) as answer:
            tls = answer.extensions["network_stream"].get_extra_info("ssl_object")
            return "newer.test" in [name for _, name in tls.getpeercert()["subjectAltName"]]

    eventually(shown)
    with Client(home=platform.home) as client:
        assert client.models()
