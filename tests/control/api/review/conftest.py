import pytest


@pytest.fixture
def admin_key() -> str:
    return "vk-admin-for-tests"
