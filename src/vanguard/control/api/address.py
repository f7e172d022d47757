"""Refuses an address that holds a NUL: nothing is called so, and PostgreSQL fails over the question.

It does not know routes. What is in a body is held to its shape.
"""

from __future__ import annotations

from fastapi import Request

from vanguard.core.errors import InvalidRequest


async def storable_address(request: Request) -> None:
    """Looks at path and query.

    Raises:
        InvalidRequest: there is a NUL in one of them.
    """
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise InvalidRequest("an address has no NUL character (%00)")
