"""Finds the forward proxies that settings or environment name, without reading their passwords.

It does not know what a proxy is asked for. What it gives are references: whoever connects resolves
them, so that a password stands in no file of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from vanguard.core.settings import environment
from vanguard.core.settings.loaded import Loaded


@dataclass(frozen=True)
class Proxies:
    """A URL without a password, `env:NAME`, `file:/path`, or empty; and who is reached directly."""

    https: str
    http: str
    no_proxy: str


def forward_proxies(loaded: Loaded) -> Proxies:
    """The setting `gateway.proxy` for everything; without it the usual variables, by scheme.

    Of a variable in lower and in upper case the lower one counts, as in curl.
    """
    gateway = loaded.settings.gateway
    no_proxy = gateway.no_proxy
    if no_proxy is None:
        no_proxy = environment.read("no_proxy") or environment.read("NO_PROXY") or ""
    if gateway.proxy == "none":
        return Proxies("", "", no_proxy)
    if gateway.proxy is not None:
        return Proxies(gateway.proxy, gateway.proxy, no_proxy)
    return Proxies(_variable("https_proxy"), _variable("http_proxy"), no_proxy)


def _variable(name: str) -> str:
    for one in (name, name.upper()):
        if environment.read(one) is not None:
            return f"env:{one}"
    return ""
