import asyncio

import pytest
import uvloop

from support.certificates import Authority


def pytest_asyncio_loop_factories(config, item):
    """Connections are made on the loop that serves, and on asyncio's own."""
    if item.path.name == "test_dialler.py":
        return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Whom the tests trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def pair(authority):
    """A server's certificate."""
    return authority.issue("localhost", "127.0.0.1", "xn--bcher-kva.localhost")
