"""Refuses an address that holds a NUL: nothing is called so, and PostgreSQL fails over the question.

It does not know routes. What is in a body is held to its shape.
"""

from __future__ import annotations

from fastapi import Request

from vanguard.core.errors import InvalidRequest, RouteNotFound


async def storable_address(request: Request) -> None:
    """Looks at path and query.

    Raises:
        RouteNotFound: there is a NUL in the path.
        InvalidRequest: there is one in the query.
    """
    if "\0" in request.scope["path"]:
        raise RouteNotFound("nothing has a NUL character (%00) in its path")
    if b"%00" in request.scope["query_string"]:
        pairs = request.query_params.multi_items()
        param = next((name for name, value in pairs if "\0" in value), None)
        raise InvalidRequest("a query has no NUL character (%00)", param=param)
