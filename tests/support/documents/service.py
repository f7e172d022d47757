"""Documents that are handed in, for tests of whoever keeps, reads or shows them."""

from __future__ import annotations

from vanguard.store.documents.queue import Lease
from vanguard.store.documents.records import NewDocument, Wishes

T0_MS = 1_790_000_000_000
MINE = Lease("token-a", "host/worker", T0_MS + 60_000)
OTHER = Lease("token-b", "host/worker-1", T0_MS + 120_000)


def new(number=1, **more):
    """A document's row; the first is the oldest."""
    fields = {
        "id": f"doc_{number:04x}",
        "name": f"{number}.pdf",
        "actor": "admin-key",
        "sha256": f"{number:064x}",
        "size_bytes": 10,
        "wishes": Wishes(),
        "created_at_ms": T0_MS + number,
    }
    return NewDocument(**{**fields, **more})
