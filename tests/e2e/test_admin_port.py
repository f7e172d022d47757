"""The platform whose console and API have a port of their own, as its own tools on this machine see it."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from support.certificates import Authority
from vanguard import Client

pytestmark = pytest.mark.e2e

SETTINGS = """
admin:
  port: {port}
models:
  far:
    deployments:
      - provider: openai
        base_url: http://127.0.0.1:9/v1
        model: scripted
        api_key: env:SCRIPTED_KEY
        price: free
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def told(platform, *words):
    """What the command line says about the platform of this home."""
    vanguard = Path(sys.executable).parent / "vanguard"
    done = subprocess.run(
        [vanguard, *words, "--home", platform.home, "--json"],
        cwd=platform.folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_tools_of_this_machine_find_both_ports(own_platform, tmp_path, scheme):
    settings = SETTINGS.format(port=free_port())
    if scheme == "https":
        pair = Authority(tmp_path / "authority").issue("gateway.test")
        settings += f"tls:\n  certificate: {pair.certificate}\n  key: {pair.key}\n"
    platform = own_platform(settings=settings, model="none")
    platform.start(SCRIPTED_KEY="sk-test")
    assert platform.base_url.startswith(f"{scheme}://")
    running = json.loads((platform.home / "run" / "up.json").read_bytes())
    assert running["admin_url"] != running["url"]

    assert "far" in json.dumps(told(platform, "models"))
    assert "first" in json.dumps(told(platform, "key", "list"))
    told(platform, "usage")
    assert "far" in json.dumps(told(platform, "route", "explain", "far"))
    for url in (None, running["url"], running["admin_url"]):
        with Client(url, home=platform.home) as client:
            assert "far" in [model.name for model in client.models()]
