"""Outcomes of steps in the database.

It does not know runs or stages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select

from vanguard.flow.ports import Outcome, Produced
from vanguard.store.database import Database
from vanguard.store.tables import flow_steps
from vanguard.store.upsert import insert_or_replace

_produced = msgspec.json.Decoder(tuple[Produced, ...])


class StepLedger:
    """Outcomes by their step."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, steps: Sequence[str]) -> Mapping[str, Outcome]:
        """The outcomes that are known.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        query = select(flow_steps).where(flow_steps.c.step.in_(steps))
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return {
            row["step"]: Outcome(**{**row, "produced": _produced.decode(row["produced"])})
            for row in rows
        }

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Keeps outcomes; a later one of the same step takes the place of the earlier.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        latest = {outcome.step: outcome for outcome in outcomes}
        rows = [
            {**msgspec.structs.asdict(one), "produced": msgspec.json.encode(one.produced)}
            for one in latest.values()
        ]
        with self._database.write() as connection:
            insert_or_replace(connection, flow_steps, rows)
