"""Recognises a platform of this machine by the very certificate that it was told to show.

It does not know HTTP. On loopback a platform is not reached by the name that its certificate is for,
and no authority need have signed it; so the certificate itself is what is compared.
"""

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
# X509_V_FLAG_NO_CHECK_TIME: that it has expired is told to clients, not to ourselves
_NO_CHECK_TIME = 0x200000


class OwnCertificate:
    """A context that believes the first certificate of a file, and nobody else.

    Attributes:
        context: for any number of connections.
    """

    def __init__(self, path: str) -> None:
        """A file that cannot be read is believed to hold nothing."""
        self._path = Path(path)
        self._mark: tuple[int, int, int] | None = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.check_hostname = False
        self.context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
        self.refresh()

    def refresh(self) -> None:
        """Believes the newer certificate too, when the file has changed."""
        with contextlib.suppress(OSError, ValueError):
            stat = self._path.stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if mark != self._mark:
                text = self._path.read_text("ascii", "replace")
                self.context.load_verify_locations(cadata=_first(text))
                self._mark = mark


def _first(text: str) -> str:
    """The first certificate: those behind it are authorities that sign for others too."""
    inner = text.partition(_BEGIN)[2].partition(_END)[0]
    return f"{_BEGIN}{inner}{_END}\n"


def verification(certificate: str) -> ssl.SSLContext | bool:
    """What httpx takes for `verify`: the certificate of the file, or the system's authorities."""
    return OwnCertificate(certificate).context if certificate else True
