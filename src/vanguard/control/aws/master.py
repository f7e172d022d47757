"""Finds the master secret from which key pairs of the AWS door derive, and makes it where there is none.

It does not know keys. The gateway is told where the secret is, never what it is.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from vanguard.core.aws_pair import AwsPair, aws_pair
from vanguard.core.errors import SettingsError
from vanguard.core.settings.loaded import Loaded, resolve

_FILE = "aws.key"
_PLACE = "aws.master_key"


def master_reference(loaded: Loaded, home: Path) -> str:
    """A reference to the secret: the setting's, or that of a file under the home, made when missing.

    Raises:
        SettingsError: the file cannot be made.
    """
    configured = loaded.settings.aws.master_key
    if configured:
        return configured
    path = home.absolute() / _FILE
    try:
        # nobody else can read it at any moment; two that start at once keep the first one's
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return f"file:{path}"
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return f"file:{path}"


def pair_of(key_hash: str, reference: str, loaded: Loaded) -> AwsPair:
    """The key pair that belongs to a virtual key.

    Raises:
        SettingsError: the secret cannot be read, or is empty.
    """
    secret = resolve(reference, loaded, _PLACE).strip()
    if not secret:
        raise SettingsError(f"{reference} holds no secret for the AWS door (setting {_PLACE})")
    return aws_pair(key_hash, secret.encode())
