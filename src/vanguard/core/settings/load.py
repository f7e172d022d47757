"""Puts the settings together: file, then environment, then flags, each stronger than the last.

It does not know what a setting does, nor the providers and models of the packaged lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from vanguard.core.errors import SettingsError
from vanguard.core.settings import environment
from vanguard.core.settings.certificates import insecure
from vanguard.core.settings.checks import (
    check_gateway,
    check_names,
    check_references,
    check_upstreams,
    free_outputs,
)
from vanguard.core.settings.complaints import REFERENCE_ADVICE, Complaint, complaints
from vanguard.core.settings.document import (
    MAX_BYTES,
    DocumentError,
    Node,
    line_at,
    plain,
    read_document,
)
from vanguard.core.settings.loaded import Loaded
from vanguard.core.settings.names import (
    OTHER_VARIABLES,
    PREFIX,
    dotted,
    leaves,
    suggestion,
    variables,
)
from vanguard.core.settings.tree import Settings

__all__ = ["Loaded", "check_references", "config_path", "load_settings", "read_config"]

DEFAULT_CONFIG = "vanguard.yaml"
CONFIG_VARIABLE = "VANGUARD_CONFIG"
_MOST_COMPLAINTS = 10

Steps = tuple[str | int, ...]


def config_path(flag: str | None) -> Path:
    """The settings file that `--config`, `VANGUARD_CONFIG` or neither names.

    Raises:
        SettingsError: the named file does not exist.
    """
    named = flag or environment.read(CONFIG_VARIABLE)
    path = Path(named or DEFAULT_CONFIG).expanduser()
    if named and not path.exists():
        raise SettingsError(f"{named}: no such settings file (named by {_namer(flag)})")
    return path


def load_settings(config_path: Path, overrides: Mapping[str, str]) -> Loaded:
    """Reads and checks everything; nothing is opened besides the file.

    Args:
        config_path: the settings file; it may be missing unless `VANGUARD_CONFIG` names it.
        overrides: flags, by dotted name of the setting, as text.

    Raises:
        SettingsError: one line for each thing wrong, with its place, at most ten.
    """
    root = read_config(config_path)
    values = _values(root, config_path)
    named, warnings = _overlay(values, overrides)
    lines = _line_table(root) if root else {}
    for name in named:
        lines.pop(name, None)
    unchecked = Loaded(Settings(), config_path, (), named, lines)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_lines_of(complaints(error), unchecked)) from error
    loaded = Loaded(settings, config_path, tuple(warnings), named, lines)
    check_names(loaded)
    check_gateway(loaded)
    check_upstreams(loaded)
    return replace(loaded, warnings=(*warnings, *insecure(loaded), *free_outputs(loaded)))


def read_config(path: Path) -> Node | None:
    """The document of a settings file; None when it is missing and nobody named it.

    Raises:
        SettingsError: unreadable, too large, not UTF-8, not YAML.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        named = environment.read(CONFIG_VARIABLE)
        if named and Path(named).expanduser().absolute() == path.absolute():
            # by whom is not known here: a start hands the name that a flag gave on in the variable
            raise SettingsError(f"{path}: the settings file is gone") from None
        return None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return read_document(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path.name}:{line}: not UTF-8 text") from error
    except DocumentError as error:
        at = f":{error.line}" if error.line else ""
        raise SettingsError(f"{path.name}{at}: {error.message}") from error


def _values(root: Node | None, path: Path) -> dict[str, object]:
    """The file's values, in fresh containers, ready to be overlaid.

    Raises:
        SettingsError: the document is no mapping, or holds the admin key in the clear.
    """
    if root is None or root.value is None:
        return {}
    if not isinstance(root.value, dict):
        raise SettingsError(f"{path.name}:{root.line}: expected fields such as `port: 8080`")
    admin = root.value.get("admin")
    key = admin.value.get("key") if admin and isinstance(admin.value, dict) else None
    if key and key.value is not None and not str(key.value).startswith(("env:", "file:")):
        line = line_at(root, ("admin", "key"))
        raise SettingsError(f"{path.name}:{line}: admin.key: {REFERENCE_ADVICE}")
    # `models:` with nothing below it is an empty section, as people leave it.
    return {
        name: value
        for name, value in _mapping(plain(root)).items()
        if value is not None or name not in Settings.model_fields
    }


def _overlay(
    values: dict[str, object], overrides: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Lays environment and flags over the file; returns the name of each source, and warnings."""
    named: dict[str, str] = {}
    warnings: list[str] = []
    for variable, text in sorted(environment.everything().items()):
        if not variable.startswith(PREFIX) or not text:
            continue
        leaf = variables().get(variable)
        if leaf is not None:
            _put(values, leaf.dotted, text)
            named[leaf.dotted] = variable
        elif variable not in OTHER_VARIABLES:
            near = suggestion(variable, [*variables(), *OTHER_VARIABLES])
            warnings.append(f"{variable} is set, but no setting has this name{near}")
    for name, text in overrides.items():
        if name not in leaves():
            raise SettingsError(f"no setting is called {name!r}{suggestion(name, leaves())}")
        _put(values, name, text)
        named[name] = leaves()[name].flag
    return named, warnings


def _put(values: dict[str, object], name: str, text: str) -> None:
    *sections, last = name.split(".")
    into = values
    for section in sections:
        inner = into.get(section)
        if inner is None:
            inner = into[section] = {}
        if not isinstance(inner, dict):
            return  # the file has a value where a section belongs; the check names it
        into = inner
    into[last] = text


def _lines_of(found: Iterable[Complaint], loaded: Loaded) -> str:
    """The complaints with their places, in the order of the file."""
    lines = [text for _, text in sorted(_placed(one, loaded) for one in found)]
    if len(lines) > _MOST_COMPLAINTS:
        lines[_MOST_COMPLAINTS:] = [f"… and {len(lines) - _MOST_COMPLAINTS} more"]
    return "\n".join(lines)


def _placed(complaint: Complaint, loaded: Loaded) -> tuple[int, str]:
    """The line and the text of a complaint; what is missing stands where its owner begins."""
    name = dotted(complaint.path)
    if name in loaded.sources:
        return 0, f"{loaded.sources[name]}: {complaint.text}"
    for length in range(len(complaint.path), 0, -1):
        line = loaded.line_of(dotted(complaint.path[:length]))
        if line is not None:
            return line, f"{loaded.path.name}:{line}: {name}: {complaint.text}"
    return 0, f"{loaded.path.name}: {name}: {complaint.text}"


def _line_table(root: Node) -> dict[str, int]:
    """The line of every value, by dotted name."""
    table: dict[str, int] = {}
    waiting: list[tuple[Steps, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node.value, dict):
            for key, child in node.value.items():
                table[dotted((*path, key))] = node.lines[key]
                waiting.append(((*path, key), child))
        elif isinstance(node.value, list):
            for index, child in enumerate(node.value):
                table[dotted((*path, index))] = child.line
                waiting.append(((*path, index), child))
    return table


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _namer(flag: str | None) -> str:
    return "--config" if flag else CONFIG_VARIABLE
