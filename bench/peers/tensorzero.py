"""TensorZero's gateway, which its Python package carries, with observability off.

It does not know keys of ours: it runs without authentication.
"""

from __future__ import annotations

import os
import time

from bench.peers import environments
from bench.peers.contract import Candidate, Running, Site
from bench.rig import process

PACKAGES = ("tensorzero==2026.6.0",)
# the package starts its gateway for an OpenAI client; anything with a base_url will do
_SERVE = """\
import signal, sys, types, warnings
warnings.simplefilter("ignore")
import tensorzero
client = types.SimpleNamespace(base_url="")
tensorzero.patch_openai_client(client, config_file=sys.argv[1], async_setup=False)
with open(sys.argv[2] + ".new", "w") as file:
    file.write(str(client.base_url))
import os
os.rename(sys.argv[2] + ".new", sys.argv[2])
signal.sigwait({signal.SIGTERM, signal.SIGINT})
os._exit(0)
"""
_MODEL = """
[models."{name}"]
routing = ["mock"]
[models."{name}".providers.mock]
type = "openai"
model_name = "{name}"
api_base = "http://127.0.0.1:{port}/v1/"
api_key_location = "none"
"""
_START_LIMIT_S = 60


def start(site: Site) -> Running:
    """Starts it; its port is its own choice and is read from a file."""
    config = site.folder / "tensorzero.toml"
    rows = [
        _MODEL.format(name=model.name, port=site.upstreams.port)
        for model in site.models
        if model.upstream == "openai"
    ]
    config.write_text(
        '[gateway]\nobservability.enabled = false\n[object_storage]\ntype = "disabled"\n'
        + "".join(rows)
    )
    told = site.folder / f"tensorzero-{time.monotonic_ns()}"
    began = time.monotonic()
    started = process.spawn(
        [environments.program("tensorzero", "python"), "-c", _SERVE, str(config), str(told)],
        site.core,
        site.folder / "tensorzero.log",
        env={**os.environ, "TENSORZERO_DISABLE_PSEUDONYMOUS_USAGE_ANALYTICS": "1"},
    )
    while not told.exists():
        if started.poll() is not None or time.monotonic() - began > _START_LIMIT_S:
            process.stop(started)
            raise TimeoutError("tensorzero did not start")
        time.sleep(0.002)
    port = int(told.read_text().split(":")[2].partition("/")[0])
    return Running(
        "tensorzero",
        port,
        started,
        began,
        paths={"openai": "/openai/v1/chat/completions"},
        prefix="tensorzero::model_name::",
    )


CANDIDATE = Candidate(
    "tensorzero",
    "product",
    0.3,
    frozenset(),
    start,
    lambda: environments.pinned(PACKAGES),
    lambda: environments.ensure("tensorzero", PACKAGES),
    "The gateway that its Python package embeds, observability and analytics off, no keys.",
)
