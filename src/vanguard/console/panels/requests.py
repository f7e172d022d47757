"""The table of the last requests, newest first, as the ledger has them.

It does not know prompts or answers: the ledger keeps none.
"""

from __future__ import annotations

from vanguard.console import wording
from vanguard.console.feed import Overview
from vanguard.console.panels.card import Row, TableView, card, column
from vanguard.console.records import Request

_NO_REQUESTS = (
    "No requests yet: ask something in the chat, or send one with your own key to "
    "/v1/chat/completions. It shows here a moment after its answer."
)
# Times are told in the reader's own zone: only the browser knows it.
_TIME = """<time :datetime="props.row.at" :title="props.row.at" class="vg-nowrap">{{
  new Date(props.row.at).toDateString() === new Date().toDateString()
    ? new Date(props.row.at).toLocaleTimeString()
    : new Date(props.row.at).toLocaleString([], {
        month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
}}</time>"""
_STATUS = """<span :class="['vg-chip', 'vg-chip-' + props.row.tone]" :title="props.row.error">{{
  props.value }}</span>"""
_TEXT = '<span dir="auto">{{ props.value }}</span>'
_NUMBER = '<span class="vg-nowrap">{{ props.value }}</span>'

# status of the ledger -> (words, tone)
_STATUSES: dict[str | None, tuple[str, str]] = {
    None: ("running", "plain"),
    "ok": ("ok", "good"),
    "failed": ("failed", "bad"),
    "truncated": ("broken off", "bad"),
    "cut": ("budget reached", "busy"),
    "blocked": ("blocked", "busy"),
    "cancelled": ("client left", "plain"),
    "unsettled": ("unsettled", "busy"),
}


def request_row(request: Request) -> Row:
    """One attempt as a row of the table."""
    words, tone = _STATUSES.get(request.status, (request.status or "", "plain"))
    if request.status == "failed" and request.http_status:
        words = f"failed · {request.http_status}"
    if request.retried:  # another attempt took its place: this one is no failure of the request
        words, tone = f"{words}, retried", "busy"
    return {
        "id": f"{request.request_id}/{request.attempt}",
        "at": request.at.isoformat(),
        "time": request.at.isoformat(),
        "model": request.model or wording.NOTHING,
        "key": request.key_name or request.key or wording.NOTHING,
        "status": words,
        "tone": tone,
        "error": request.error or "",
        "tokens": _tokens(request),
        "first": wording.milliseconds(request.first_token_ms),
        "took": wording.milliseconds(request.duration_ms or None),
        "cost": _cost(request),
    }


def _tokens(request: Request) -> str:
    if not request.input_tokens and not request.output_tokens:
        return wording.NOTHING  # running, refused, or never told: no number is better than 0
    return f"{wording.tokens(request.input_tokens)} → {wording.tokens(request.output_tokens)}"


def _cost(request: Request) -> str:
    if request.status is None:
        return wording.NOTHING
    return "unknown" if request.price_unknown else wording.usd(request.cost_usd_micros)


class RequestsPanel:
    """The newest requests."""

    def __init__(self) -> None:
        columns = [
            column("time", "Time"),
            column("model", "Model"),
            column("key", "Key"),
            column("status", "Status"),
            column("tokens", "Tokens in → out", right=True),
            column("first", "First token", right=True),
            column("took", "Took", right=True),
            column("cost", "Cost", right=True),
        ]
        cells = {"time": _TIME, "model": _TEXT, "key": _TEXT, "status": _STATUS}
        cells |= dict.fromkeys(("tokens", "first", "took", "cost"), _NUMBER)
        with card("Last requests"):
            self._table = TableView(columns, cells)

    def update(self, overview: Overview) -> None:
        """Shows an overview."""
        if overview.requests is None:
            self._table.show([], overview.problems.get("requests", "Asking …"))
            return
        self._table.show([request_row(request) for request in overview.requests], _NO_REQUESTS)
