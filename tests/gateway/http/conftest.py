"""Tests with sockets run on both loops: what a transport does when its peer leaves is the loop's own."""

import asyncio

import uvloop

SOCKETS = {"test_pool", "test_server", "test_server_flow", "test_tunnel"}


def pytest_asyncio_loop_factories(config, item):
    """The loops by name."""
    loops = {"asyncio": asyncio.new_event_loop}
    if item.path.stem in SOCKETS:
        loops["uvloop"] = uvloop.new_event_loop
    return loops
