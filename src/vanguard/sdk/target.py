"""Finds which Vanguard a client means, and the keys to it.

It does not know HTTP. What is given wins over the environment, and that over what a platform on this
machine keeps in its home.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.core.settings import environment

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_HOME = ".vanguard"


class Target(msgspec.Struct, frozen=True):
    """Where to, and as whom.

    Attributes:
        url: without a slash at its end and without `/v1`.
        key: for model calls; empty when none was found.
        admin_key: for the management API; empty when none was found.
        certificate: path of the certificate that the platform of this machine shows; else empty.
        admin_url: where the management API is, if not at `url`; else empty.
    """

    url: str
    key: str
    admin_key: str
    certificate: str = ""
    admin_url: str = ""


class _Running(msgspec.Struct):
    url: str = ""
    admin_url: str = ""
    certificate: str = ""

    def has(self, url: str) -> bool:
        """Whether it listens there: on its public port, or on one of its own for the admin plane."""
        return url in {(self.url or DEFAULT_URL).rstrip("/"), self.admin_url.rstrip("/")}


def find_target(
    url: str | None = None, key: str | None = None, home: str | Path | None = None
) -> Target:
    """Looks the target up.

    The URL is the first of: `url`, `VANGUARD_URL`, that of the platform running on the home,
    `http://127.0.0.1:8080`. The key of model calls is the first of: `key`, `VANGUARD_API_KEY`,
    `first.key` and `admin.key` in the home; that of the management API the first of: `key`,
    `VANGUARD_ADMIN_KEY`, `admin.key` in the home, `VANGUARD_API_KEY`. Keys in the home are used for
    the platform of that home alone: not when another URL was given or set. Where that platform has
    its management API on a port of its own, it is asked there, whichever of the two URLs was named.

    Args:
        url: such as `https://models.example.com`.
        key: used for everything.
        home: default `VANGUARD_HOME`, then `.vanguard`.

    Raises:
        InvalidRequest: the URL is none.
    """
    place = Path(home or environment.read("VANGUARD_HOME") or DEFAULT_HOME)
    named = url or environment.read("VANGUARD_URL")
    first, admin, certificate, admin_url = ("", "", "", "")
    running = _running(place)
    target = _plain(named or running.url or DEFAULT_URL)
    is_here = running.has(target)
    if home is not None or named is None or is_here:
        first, admin = _kept(place / "first.key"), _kept(place / "admin.key")
    if is_here:
        certificate = running.certificate
        admin_url = running.admin_url.rstrip("/")
    model_key = environment.read("VANGUARD_API_KEY")
    return Target(
        url=target,
        key=key or model_key or first or admin,
        admin_key=key or environment.read("VANGUARD_ADMIN_KEY") or admin or model_key or "",
        certificate=certificate,
        admin_url="" if admin_url == target else admin_url,
    )


def _plain(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidRequest(f"'{url}' is no URL; write it like {DEFAULT_URL}", param="url")
    return url.rstrip("/").removesuffix("/v1")


def _running(home: Path) -> _Running:
    try:
        return msgspec.json.decode((home / "run" / "up.json").read_bytes(), type=_Running)
    except (OSError, msgspec.MsgspecError):
        return _Running()


def _kept(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""
