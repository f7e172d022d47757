import pytest

from support.certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Whom the tests trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def pair(authority):
    """A server's certificate."""
    return authority.issue("localhost", "127.0.0.1", "::1")
