"""Puts a piece into a settings file of somebody else's program, and keeps all that stands there.

It does not know what the pieces mean. In JSON our members are set and the others stay; in all other
forms our lines stand between two marks, and only they are ever replaced. A file that would say the
same thing twice is not written at all.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import tomllib
from pathlib import Path

from vanguard.cli.clients.recipes import File
from vanguard.core.errors import SettingsError

_BEGIN = "# vanguard: begin; `vanguard connect` keeps these lines"
_END = "# vanguard: end"
_OURS = re.compile(rf"{re.escape(_BEGIN)}\n.*?{re.escape(_END)}\n", re.DOTALL)
_ASSIGNED = {
    "yaml": re.compile(r"^([\w-]+):", re.MULTILINE),
    "dotenv": re.compile(r"^(?:export )?(\w+)=", re.MULTILINE),
}
_MOST_BACKUPS = 100


def merged(old: str, file: File) -> str:
    """The file's new text.

    Raises:
        SettingsError: what is there cannot be read, or says something else in our place.
    """
    if file.form == "json":
        return _merged_json(old, file)
    rest = _OURS.sub("", old)
    top = _block(file.top) if file.top else ""
    middle = rest if not rest or rest.endswith("\n") else f"{rest}\n"
    new = f"{top}{middle}{_block(file.text)}"
    _check(rest, new, file)
    return new


def write(path: Path, text: str) -> Path | None:
    """Replaces a file whole; returns where the old one was kept, None when there was none.

    Only its owner may read a file that is new, because it holds a key.

    Raises:
        OSError: it cannot be written.
        SettingsError: too many older copies lie beside it.
    """
    kept = None
    mode = 0o600
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = path.resolve()  # what a link leads to, so that the link stays one
    if target.exists():
        mode = target.stat().st_mode & 0o777
        kept = _free(target)
        _create(kept, target.read_bytes(), mode)
    scratch = target.with_name(f".{target.name}.vanguard-{os.getpid()}")
    try:
        _create(scratch, text.encode(), mode)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return kept


def _create(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)


def _free(path: Path) -> Path:
    for number in range(1, _MOST_BACKUPS + 1):
        found = path.with_name(f"{path.name}.before-vanguard-{number}")
        if not found.exists():
            return found
    raise SettingsError(f"{path}: {_MOST_BACKUPS} older copies lie beside it; remove some")


def _block(text: str) -> str:
    return f"{_BEGIN}\n{text}{_END}\n"


def _merged_json(old: str, file: File) -> str:
    try:
        there = json.loads(old) if old.strip() else {}
    except ValueError as error:
        raise SettingsError(f"~/{file.path} is no JSON ({error}); nothing was written") from None
    if not isinstance(there, dict):
        raise SettingsError(f"~/{file.path} holds no JSON object; nothing was written")
    return json.dumps(_over(there, json.loads(file.text)), indent=2, ensure_ascii=False) + "\n"


def _over(there: dict[str, object], ours: dict[str, object]) -> dict[str, object]:
    made = dict(there)
    for name, value in ours.items():
        inner = made.get(name)
        both = isinstance(inner, dict) and isinstance(value, dict)
        made[name] = _over(inner, value) if both else value  # type: ignore[arg-type]
    return made


def _check(rest: str, new: str, file: File) -> None:
    if file.form in _ASSIGNED:
        pattern = _ASSIGNED[file.form]
        twice = sorted(set(pattern.findall(rest)) & set(pattern.findall(file.text)))
        if twice:
            raise _Taken(file, ", ".join(twice))
        return
    try:
        if file.form == "toml":
            tomllib.loads(new)
        else:
            configparser.ConfigParser(strict=True, interpolation=None).read_string(new)
    except (tomllib.TOMLDecodeError, configparser.Error) as error:
        raise _Taken(file, " ".join(str(error).split())) from None


class _Taken(SettingsError):
    def __init__(self, file: File, what: str) -> None:
        super().__init__(
            f"~/{file.path} already says something in our place ({what}); nothing was written:"
            " remove those lines, or paste what is printed without --write"
        )
