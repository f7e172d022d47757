"""The list of candidates, in the order in which they are measured. It does not know how they work."""

from __future__ import annotations

from bench.peers import (
    direct,
    litellm,
    nginx,
    portkey,
    sglang_router,
    starlette_proxy,
    tensorzero,
    vanguard,
)
from bench.peers.contract import Candidate

CANDIDATES: dict[str, Candidate] = {
    module.CANDIDATE.name: module.CANDIDATE
    for module in (
        direct,
        nginx,
        vanguard,
        starlette_proxy,
        sglang_router,
        tensorzero,
        portkey,
        litellm,
    )
}
ALWAYS = ("direct", "nginx", "vanguard")
USUAL = (*ALWAYS, "starlette")


def chosen(asked: str) -> list[str]:
    """The names of a run: `all`, or a list separated by commas, beside those that always run.

    Raises:
        ValueError: no candidate is called so.
    """
    if not asked:
        return list(USUAL)
    if asked == "all":
        return list(CANDIDATES)
    names = [name.strip() for name in asked.split(",") if name.strip()]
    unknown = [name for name in names if name not in CANDIDATES]
    if unknown:
        raise ValueError(
            f"no candidate is called {', '.join(unknown)}; there are {', '.join(CANDIDATES)}"
        )
    return [name for name in CANDIDATES if name in ALWAYS or name in names]
