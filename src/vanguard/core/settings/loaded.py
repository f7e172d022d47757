"""The settings as they were found: the tree, the place of each value, and the secrets it points to.

It does not know how file, environment and flags are put together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from vanguard.core.errors import SettingsError
from vanguard.core.settings import environment
from vanguard.core.settings.names import suggestion
from vanguard.core.settings.tree import Settings

# of a secret's file; /dev/zero has no end
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Loaded:
    """Settings and where they came from.

    Attributes:
        path: the settings file, which may not exist.
        warnings: one line each, for people; nothing that stops a start.
        sources: the variable or flag that holds a setting, by dotted name; the rest is the file's.
        lines: the line of each value in the file, by dotted name.
    """

    settings: Settings
    path: Path
    warnings: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, name: str) -> int | None:
        """The line of a setting such as `models.sonnet.deployments[0].provider`, from one.

        None when it does not stand in the file, or when a variable or a flag replaced it.
        """
        return self.lines.get(name)

    def error(self, name: str, message: str) -> SettingsError:
        """An error about one setting, with its place in front; the caller raises it."""
        return SettingsError(f"{self.place(name)}: {message}")

    def place(self, name: str) -> str:
        """`vanguard.yaml:7: models.sonnet.…`, or the variable or flag that holds the setting."""
        if name in self.sources:
            return self.sources[name]
        line = self.line_of(name)
        return f"{self.path.name}:{line}: {name}" if line else f"{self.path.name}: {name}"


def admin_key_of(loaded: Loaded) -> str | None:
    """The admin key that the settings give, a reference resolved; None when none is given.

    Raises:
        SettingsError: a reference that leads nowhere, or a key shorter than eight characters.
    """
    secret: SecretStr | None = loaded.settings.admin.key
    if secret is None:
        return None
    value = secret.get_secret_value()
    if value.startswith(("env:", "file:")):
        value = resolve(value, loaded, "admin.key")
    if len(value) < 8:
        raise loaded.error("admin.key", "shorter than eight characters")
    return value


def resolve(reference: str, loaded: Loaded, name: str) -> str:
    """The secret behind `env:NAME` or `file:/path`, without the line's end.

    Raises:
        SettingsError: the variable is not set, or the file cannot be read, is empty or larger than
            64 KiB; `name` is the setting that holds the reference.
    """
    kind, _, target = reference.partition(":")
    if kind == "env":
        value = environment.read(target)
        if value is None:
            if target in environment.everything():
                raise loaded.error(name, f"the environment variable {target} is empty")
            near = suggestion(target, environment.everything())
            raise loaded.error(name, f"the environment variable {target} is not set{near}")
        return value
    try:
        with Path(target).expanduser().open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        text = raw.decode("utf-8").strip()
    except OSError as error:
        raise loaded.error(name, f"{target} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise loaded.error(name, f"{target} is not UTF-8 text") from error
    if len(raw) > _MOST_BYTES:
        raise loaded.error(name, f"{target} is larger than {_MOST_BYTES // 1024} KiB: no secret is")
    if not text:
        raise loaded.error(name, f"{target} is empty")
    return text


def changed_for_a_start(old: Settings, new: Settings) -> list[str]:
    """Top-level settings that are read at a start only, and are different now.

    `gateway.workers` is named apart: new processes in the gateway's place are as many as before.
    """
    live = {"models", "guardrails", "default_guardrails"}
    names = [name for name in Settings.model_fields if name not in live]
    workers = new.gateway.workers
    others = old.model_copy(update={"gateway": old.gateway.model_copy(update={"workers": workers})})
    found = [name for name in names if getattr(others, name) != getattr(new, name)]
    return found if workers == old.gateway.workers else [*found, "gateway.workers"]
