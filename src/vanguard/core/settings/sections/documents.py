"""Settings of the reading of documents over HTTP.

It does not know what reading is.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from vanguard.core.settings.sections.base import Reference, Section


class DocumentsSettings(Section):
    """Documents that are read over HTTP, by the worker. `vanguard documents read` has flags of its own."""

    folder: Path | None = Field(
        None,
        description="Folder of uploaded files and of what is read in them; `documents` under `home` when not set. Whoever can read it can read the documents.",
    )
    retention_days: float = Field(
        30,
        ge=0,
        le=36_500,
        description="Days after its upload that a document is deleted, with everything that was read in it. 0 keeps documents until somebody deletes them.",
    )
    max_file_mb: int = Field(
        32,
        ge=1,
        le=2_048,
        description="Largest file, in MiB. What comes through the gateway is bounded by `gateway.max_body_mb` too: raise both.",
    )
    max_pages: int = Field(1_000, ge=1, le=50_000, description="Most pages of one document.")
    max_waiting: int = Field(
        10_000, ge=1, description="Documents that may wait to be read; more are refused."
    )
    workers: int = Field(
        1,
        ge=1,
        le=16,
        description="Workers, each of which reads one document at a time. They are started when there is something to read.",
    )
    processes: int = Field(
        0,
        ge=0,
        le=256,
        description="Pages that each worker reads at the same time; 0 for one on each core.",
    )
    page_s: float = Field(120, gt=0, description="Seconds that one page may take.")
    asked_page_s: float = Field(
        900, gt=0, description="Seconds that one page may take where a model is asked about it too."
    )
    model_key: Reference | None = Field(
        None,
        description="Reference to the gateway key with which a model is asked about pages (`reader=vision` or `both`): its usage, limits and budget are that key's. When not set, a key called `documents` is made the first time that one is needed, and kept in `documents-model.key` under `home`. `env:NAME` or `file:/path`.",
    )
    seal_key: Reference | None = Field(
        None,
        description="Reference to the secret with which passwords of documents are sealed until they have been used; several hosts that share documents need the same. When not set, one is made in `documents-seal.key` under `home`. `env:NAME` or `file:/path`.",
    )
    idle_s: float = Field(
        60, ge=0, description="Seconds without work after which a worker ends. 0: at once."
    )
