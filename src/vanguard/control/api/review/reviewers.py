"""Says who reviews: a name that the client sends, or one made from how it was let in.

It does not know tasks. Whoever is let in is trusted with the name; the audit trail has both.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header, Request

from vanguard.control.api.access import COOKIE, Actor
from vanguard.core.errors import InvalidRequest
from vanguard.core.ids import hash_secret
from vanguard.review.bounds import check_name
from vanguard.review.values import Reviewer

HEADER = "X-Reviewer"


def reviewer(
    request: Request,
    actor: Actor,
    name: Annotated[
        str,
        Header(
            alias=HEADER,
            description="Who reviews, percent-encoded UTF-8; without it each console session"
            " is a reviewer of its own, and so is the admin key.",
        ),
    ] = "",
) -> Reviewer:
    """Who acts. The admin key may undo what others decided; a console session may not.

    Raises:
        InvalidRequest: the name is too long, or not UTF-8.
    """
    try:
        shown = unquote(name, errors="strict").strip()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{HEADER}: write percent-encoded UTF-8", param=HEADER) from error
    if not shown:
        # Two people at two consoles must not be one reviewer, or both are given the same tasks.
        session = request.cookies.get(COOKIE, "") if actor == "console" else ""
        shown = f"{actor}-{hash_secret(session)[:8]}" if session else actor
    check_name(shown)
    return Reviewer(shown, actor, admin=actor == "admin-key")


By = Annotated[Reviewer, Depends(reviewer)]
