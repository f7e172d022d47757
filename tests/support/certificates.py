"""Certificates made for one test run, and the contexts of servers that show them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Pair:
    """A certificate and its key as PEM files."""

    certificate: str
    key: str

    def server(self, *, client_authority: str = "") -> ssl.SSLContext:
        """The context of a server that shows it, and may ask for a client's."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        context.set_alpn_protocols(["h2", "http/1.1"])
        if client_authority:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_authority)
        return context


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ca = trustme.CA(organization_name=name)
        self.file = str(folder / f"{name}.pem")
        self._ca.cert_pem.write_to_path(self.file)
        self._issued = 0

    def issue(self, *names: str, expired: bool = False) -> Pair:
        """A certificate for host names or addresses; works for servers and clients."""
        self._issued += 1
        now = datetime.now(UTC)
        leaf = self._ca.issue_cert(
            *names,
            not_before=now - timedelta(days=9),
            not_after=now + timedelta(days=-1 if expired else 9),
        )
        return self._written(leaf, f"leaf-{self._issued}")

    def _written(self, leaf: trustme.LeafCert, name: str) -> Pair:
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        leaf.private_key_pem.write_to_path(str(key))
        return Pair(str(certificate), str(key))
