"""Ground rules of every test: shared machinery on the path, Hypothesis profiles, no outside network."""

from __future__ import annotations

import gc
import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).resolve().parent
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))  # so that tests say `from support.x import y`

# No deadline: no test asserts on wall time. The unit suite takes a quick look at each property, and
# `make test` tries each again with `full`; `deep` is for a night. In CI the same examples every time.
settings.register_profile(
    "unit",
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
    print_blob=True,
)
settings.register_profile("full", settings.get_profile("unit"), max_examples=100)
settings.register_profile("deep", settings.get_profile("unit"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "unit")

# Each context of a TLS client reads the authorities it trusts by default, and 140 of them take 20 ms.
# Unit tests reach none of those; they trust one whose key was thrown away.
TRUSTED = str(TESTS / "support" / "nobody.pem")
TRUST_VARIABLE = "SSL_CERT_FILE"
_trusted_outside = os.environ.get(TRUST_VARIABLE)

_guarding = False


class OutsideNetworkError(AssertionError):
    """A unit test tried to reach a machine other than this one."""


def is_local(address: object) -> bool:
    """Whether a socket address is loopback, a Unix socket, or of a family without hosts."""
    if not isinstance(address, tuple) or not address or not isinstance(address[0], str):
        return True
    host = address[0].split("%")[0]
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _guarding:
        return
    if event in {"socket.connect", "socket.sendto"} and not is_local(arguments[1]):
        raise OutsideNetworkError(f"a unit test may reach this machine only, not {arguments[1]}")
    if event == "socket.getaddrinfo" and not is_local((arguments[0] or "",)):
        raise OutsideNetworkError(f"a unit test may not look up {arguments[0]!r}")


sys.addaudithook(_audit)


def pytest_collection() -> None:
    """What is imported and collected stays: until all is there, there is no garbage to look for."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Modules and tests live to the end: no garbage collection need look at them, nor look often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """What was left open anywhere is found at the end at the latest, and fails the last test.

    What pytest itself finds after that fails nobody where several processes run the tests.
    """
    if nextitem is None:
        gc.collect()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Closes the network around every test that is not marked e2e."""
    global _guarding  # noqa: PLW0603 - an audit hook cannot be removed, only told to look away
    _guarding = item.get_closest_marker("e2e") is None
    _trust(TRUSTED if _guarding else _trusted_outside)
    try:
        return (yield)
    finally:
        _guarding = False


def _trust(path: str | None) -> None:
    if path is None:
        os.environ.pop(TRUST_VARIABLE, None)
    else:
        os.environ[TRUST_VARIABLE] = path
