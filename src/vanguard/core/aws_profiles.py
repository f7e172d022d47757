"""Reads the two files in which AWS's tools keep profiles, `config` and `credentials`.

It does not know where they are, nor what a profile leads to. Form: AWS SDKs and Tools Reference Guide,
shared config and credentials files (2026-11); botocore reads the same, and a test holds the two together.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import NamedTuple

from vanguard.core.errors import SettingsError

Profile = Mapping[str, str]

CONFIG = "~/.aws/config"
CREDENTIALS = "~/.aws/credentials"


class Profiles(NamedTuple):
    """All profiles of a home.

    Attributes:
        config: those of the file `config`, by name.
        credentials: those of the file `credentials`.
    """

    config: Mapping[str, Profile]
    credentials: Mapping[str, Profile]

    def merged(self, name: str) -> Profile | None:
        """One profile as both files have it, what `credentials` says going first; None for none."""
        if name not in self.config and name not in self.credentials:
            return None
        return {**self.config.get(name, {}), **self.credentials.get(name, {})}


def read_profiles(config: str, credentials: str) -> Profiles:
    """The profiles of the two files' texts; an empty one stands for a file that is not there.

    Raises:
        SettingsError: a text is none of such a file; it is not repeated, for it may hold a secret.
    """
    return Profiles(
        {
            name: values
            for section, values in _sections(config, "config").items()
            if (name := _profile_name(section))
        },
        _sections(credentials, "credentials"),
    )


def _profile_name(section: str) -> str:
    """`dev` of `profile dev`, which is what every section but `default` is called in `config`."""
    if section == "default":
        return section
    try:
        words = shlex.split(section)
    except ValueError:
        return ""
    return words[1] if section.startswith("profile") and len(words) == 2 else ""


def _sections(text: str, name: str) -> dict[str, Profile]:
    if not text:
        return {}
    import configparser  # noqa: PLC0415 - most gateways have no profiles

    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        where = f", line {error.lineno}" if hasattr(error, "lineno") else ""
        raise SettingsError(f"AWS's file {name} cannot be read{where}") from None
    return {section: dict(parser.items(section)) for section in parser.sections()}
