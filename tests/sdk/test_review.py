"""Values of reviewers."""

from __future__ import annotations

import msgspec

from vanguard.sdk.review import NewReviewTask, chosen


def test_what_is_not_given_is_not_asked_for() -> None:
    assert chosen(state=None, tag="", limit=5, cursor="c") == {"limit": "5", "cursor": "c"}


def test_a_new_task_sends_what_differs() -> None:
    sent = msgspec.json.decode(msgspec.json.encode(NewReviewTask("k", "s", tags=("t",))))
    assert sent == {"kind": "k", "subject": "s", "tags": ["t"]}
