"""Settings of reviewers' tasks.

It does not know what is reviewed.
"""

from __future__ import annotations

from pydantic import Field

from vanguard.core.settings.sections.base import Section


class ReviewSettings(Section):
    """Tasks that people decide."""

    retention_days: float = Field(
        0,
        ge=0,
        le=36_500,
        description="Days after its decision that what a task was about is deleted: its payload, corrected values and notes. Who decided what, and when, stays. 0 keeps it. Not less than `documents.retention_days`, for results are made of the corrections; with a document its tasks are forgotten at once.",
    )
