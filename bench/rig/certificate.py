"""Makes an authority and a certificate for 127.0.0.1, for the upstream behind TLS.

It does not know who trusts it. They live as long as the run's folder.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_EXTENSIONS = """\
subjectAltName=IP:127.0.0.1,DNS:localhost
basicConstraints=critical,CA:FALSE
extendedKeyUsage=serverAuth
"""


def missing() -> str:
    """Why no certificate can be made, empty when one can."""
    return "" if shutil.which("openssl") else "openssl not found; install the package openssl"


def make(folder: Path) -> Path:
    """Writes `ca.crt`, `upstream.crt` and `upstream.key`; returns the path of the authority's.

    Raises:
        subprocess.CalledProcessError: openssl refused.
    """
    (folder / "extensions").write_text(_EXTENSIONS)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl(
        folder,
        *("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2"),
        *("-subj", "/CN=bench authority"),
    )
    _openssl(
        folder,
        *("req", *key, "-keyout", "upstream.key", "-out", "upstream.csr"),
        *("-subj", "/CN=127.0.0.1"),
    )
    _openssl(
        folder,
        *("x509", "-req", "-in", "upstream.csr", "-CA", "ca.crt", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-days", "2", "-out", "upstream.crt", "-extfile", "extensions"),
    )
    return folder / "ca.crt"


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
