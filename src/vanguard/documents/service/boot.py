"""What a worker process is told at its start, handed over as JSON.

It does not know the settings.
"""

from __future__ import annotations

import msgspec


class WorkerBoot(msgspec.Struct, frozen=True, omit_defaults=True):
    """Boot values of a worker.

    Attributes:
        name: of its process; another one of that name follows it, and no two run at a time.
        database_url: a URL, or `env:NAME` and `file:/path` that hold one.
        documents_folder: of the documents' files.
        wanted_path: the file by which it is wanted.
        processes: pages that it reads at the same time.
        page_s: seconds that one page may take.
        asked_page_s: the same where a model is asked about it.
        gateway_url, home: of the platform whose models are asked.
        model_key: reference to the key with which they are.
        seal_key: reference to the secret with which passwords are sealed.
        max_file_bytes, max_pages: of one document.
        idle_s: without work, after which it ends; below 0 never.
        drain_s: seconds for the page under way when it is told to end.
    """

    name: str
    database_url: str
    documents_folder: str
    wanted_path: str
    processes: int
    page_s: float
    max_file_bytes: int
    max_pages: int
    idle_s: float
    drain_s: float = 6.0
    asked_page_s: float = 900.0
    gateway_url: str = ""
    home: str = ""
    model_key: str = ""
    seal_key: str = ""
    log_format: str = "json"
    log_level: str = "info"
