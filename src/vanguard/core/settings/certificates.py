"""Checks the certificates, keys and authorities that the settings name, and warns of their absence.

It does not know connections. Who reads the files later reads them again when they change.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vanguard.core.errors import SettingsError
from vanguard.core.settings.loaded import Loaded

if TYPE_CHECKING:
    import ssl

Named = tuple[str, Path | None]


def check_certificates(loaded: Loaded) -> None:
    """Every certificate, key and authority must be readable, PEM, and fit its partner.

    Raises:
        SettingsError: one line for each that is not.
    """
    lines = [*_pairs(loaded), *_authorities(loaded)]
    if lines:
        raise SettingsError("\n".join(lines))


def insecure(loaded: Loaded) -> Iterator[str]:
    """A line for each deployment whose certificate is not verified."""
    for model, settings in loaded.settings.models.items():
        for index, deployment in enumerate(settings.deployments):
            if deployment.tls and deployment.tls.insecure_skip_verify:
                place = f"models.{model}.deployments[{index}].tls.insecure_skip_verify"
                yield (
                    f"{loaded.place(place)}: its certificate is not verified; whoever is on the"
                    " way can read keys, prompts and answers. tls.ca_file names an authority of"
                    " your own"
                )


def absolute(path: Path | None) -> str:
    """The path for a process that may work in another folder; empty for None."""
    return str(path.expanduser().absolute()) if path else ""


def _pairs(loaded: Loaded) -> Iterator[str]:
    own = loaded.settings.tls
    pairs = [("tls", own.certificate, own.key)]
    for model, settings in loaded.settings.models.items():
        for index, deployment in enumerate(settings.deployments):
            if deployment.tls:
                place = f"models.{model}.deployments[{index}].tls"
                pairs.append((place, deployment.tls.certificate, deployment.tls.key))
    for place, certificate, key in pairs:
        if certificate is None and key is not None:
            yield f"{loaded.place(f'{place}.key')}: a key alone is of no use; set {place}.certificate"
        if certificate is not None:
            yield from _pair(loaded, place, certificate, key)


def _pair(loaded: Loaded, place: str, certificate: Path, key: Path | None) -> Iterator[str]:
    names: list[Named] = [(f"{place}.certificate", certificate), (f"{place}.key", key)]
    unreadable = [line for name, path in names if (line := _unreadable(loaded, name, path))]
    yield from unreadable
    if unreadable:
        return
    import ssl  # noqa: PLC0415 - most settings name no certificate

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(absolute(certificate), absolute(key) or None, password=_refuse)
    except _EncryptedKeyError:
        yield f"{loaded.place(f'{place}.key')}: the key is encrypted; one without a password is needed"
    except ssl.SSLError as error:
        yield (
            f"{loaded.place(f'{place}.certificate')}: no PEM certificate with its key:"
            f" {_reason(error)}"
        )


def _authorities(loaded: Loaded) -> Iterator[str]:
    names: list[Named] = [("gateway.proxy_ca_file", loaded.settings.gateway.proxy_ca_file)]
    for model, settings in loaded.settings.models.items():
        for index, deployment in enumerate(settings.deployments):
            if deployment.tls:
                place = f"models.{model}.deployments[{index}].tls.ca_file"
                names.append((place, deployment.tls.ca_file))
    for name, path in names:
        if path is None:
            continue
        unreadable = _unreadable(loaded, name, path)
        if unreadable:
            yield unreadable
            continue
        import ssl  # noqa: PLC0415 - most settings name no authority

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(absolute(path))
        except ssl.SSLError as error:
            yield f"{loaded.place(name)}: {path} holds no PEM certificates: {_reason(error)}"


def _unreadable(loaded: Loaded, name: str, path: Path | None) -> str:
    if path is None:
        return ""
    try:
        with path.expanduser().open("rb") as file:
            file.read(1)
    except OSError as error:
        return f"{loaded.place(name)}: {path} cannot be read: {error.strerror}"
    return ""


class _EncryptedKeyError(Exception):
    """OpenSSL wants a password."""


def _refuse() -> str:
    # without an answer OpenSSL would ask at the terminal, and wait
    raise _EncryptedKeyError


def _reason(error: ssl.SSLError) -> str:
    return str(error.reason or "not readable as PEM").lower().replace("_", " ")
