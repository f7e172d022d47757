"""Portkey's gateway on Node, from its npm package. It keeps no keys: requests bring its configuration.

It does not know loopback: it has no setting for an address and would listen on every one, so that a
few lines loaded before it hold it to 127.0.0.1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time

from bench.peers import environments
from bench.peers.contract import Candidate, Running, Site
from bench.rig import process

PACKAGE = "@portkey-ai/gateway@1.15.2"
_NAME = "portkey"
_LOOPBACK = """\
import net from "node:net";
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, "127.0.0.1", ...rest.filter((one) => typeof one === "function"));
};
"""


def prepare() -> str:
    """Installs the package where npm is there."""
    folder = environments.folder(_NAME)
    done = folder / "installed"
    if done.exists() and done.read_text() == PACKAGE:
        return ""
    if not (shutil.which("npm") and shutil.which("node")):
        return "npm not found; install the packages nodejs and npm"
    print(f"  · installing {PACKAGE} into {folder.name}", flush=True)
    folder.mkdir(exist_ok=True)
    try:
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=environments.INSTALL_LIMIT_S,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        return f"{PACKAGE} cannot be installed: {error}"
    (folder / "loopback.mjs").write_text(_LOOPBACK)
    done.write_text(PACKAGE)
    return ""


def start(site: Site) -> Running:
    """Starts it without its web page."""
    port = process.free_port()
    folder = environments.folder(_NAME)
    upstream = f"http://127.0.0.1:{site.upstreams.port}/v1"
    command = [
        *("node", "--import", str(folder / "loopback.mjs")),
        str(folder / "node_modules/@portkey-ai/gateway/build/start-server.js"),
        *(f"--port={port}", "--headless"),
    ]
    began = time.monotonic()
    started = process.spawn(
        command,
        site.core,
        site.folder / "portkey.log",
        cwd=folder,
        env={**os.environ, "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"},
    )
    headers = ("x-portkey-provider: openai", f"x-portkey-custom-host: {upstream}")
    return Running("portkey", port, started, began, headers=headers)


CANDIDATE = Candidate(
    _NAME,
    "product",
    0.1,
    frozenset(),
    start,
    lambda: PACKAGE.rpartition("@")[2],
    prepare,
    "On Node, configured by headers of each request; no keys, no limits, no ledger; npm's install"
    " scripts not run.",
)
