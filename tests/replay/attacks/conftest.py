"""The gateway's tests share these fixtures."""

from support.gateway_fixtures import client, runner

__all__ = ["client", "runner"]
