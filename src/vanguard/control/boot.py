"""What the control process is told at its start, handed over as JSON.

It does not know the settings: control reads those itself, and again at each reload.
"""

from __future__ import annotations

import msgspec

# in the home, made by control when they are first needed, read by workers too; see `control.documents.keys`
SEAL_FILE, MODEL_FILE = "documents-seal.key", "documents-model.key"


class ControlBoot(msgspec.Struct, frozen=True, omit_defaults=True):
    """Boot values of control.

    Attributes:
        home: folder of the platform's state; holds `vanguard.db` unless `store.url` is set.
        socket: Unix socket to serve on, in a folder only its owner may enter.
        config: path of the settings file, which need not exist.
        overrides: dotted settings given as flags, such as `{"engine.model": "small"}`.
        admin_key_path: file that holds the admin key.
        snapshot_path: file published to the gateway.
        journal_root: folder with one folder of journal segments for each gateway worker.
        engine_status_path: file in which the engine tells its state.
        gateway_url: `http://127.0.0.1:PORT`, for the console's own calls.
        gateway_certificate: path of the certificate that it shows; empty for plain HTTP.
        documents_folder: folder of documents that are read; `documents` in the home when empty.
        worker_wanted_path: file that is made when there is work for a worker; empty for nobody.
    """

    home: str
    socket: str
    config: str
    admin_key_path: str
    snapshot_path: str
    journal_root: str
    engine_status_path: str
    gateway_url: str
    gateway_certificate: str = ""
    documents_folder: str = ""
    worker_wanted_path: str = ""
    overrides: dict[str, str] = {}
    log_format: str = "json"
    log_level: str = "info"
