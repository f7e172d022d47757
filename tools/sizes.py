"""Fails when a file, function, parameter list, class or folder outgrows its limit.

It does not know what the code does. Complexity is ruff's business (C901).

A waiver is `# size: ok - reason`: on the `def` or `class` line, or, for a whole file or folder, on a
line of its own among the first lines of the file or of the folder's `__init__.py`. A waiver that
nothing needs is itself a fault, and no waiver lifts a function past 100 lines.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TREES = ("src", "tests", "tools", "bench")

FILE_LINES = 500
WIDE_FILE_LINES = 700  # one API family is best read in one piece
WIDE_FOLDERS = {"dialects", "wire", "tests"}
FUNCTION_LINES = 60
WAIVED_FUNCTION_LINES = 100
PARAMETERS = 6
PUBLIC_METHODS = 15
FOLDER_FILES = 12

_WAIVER = re.compile(r"#\s*size: ok - \S.{5,}")
_HEAD_LINES = 20
_MIGRATIONS = Path("migrations/versions")  # a list of statements, written once and never again
# Named by asyncio and llhttp, which call them; nobody else may.
_CALLBACK = re.compile(
    r"on_\w+|connection_(made|lost)|(data|eof)_received|(pause|resume)_writing|get_buffer|buffer_updated"
)
_ROUTES = {"get", "post", "put", "patch", "delete", "head", "websocket", "page"}
_COMMANDS = {"command", "group", "option", "argument"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Report:
    """Faults found, and the waivers that were needed."""

    faults: list[str] = field(default_factory=list)
    waived: int = 0


@dataclass
class Source:
    """One parsed file. `used` collects the line numbers of waivers that lifted a limit."""

    path: Path
    shown: str
    lines: list[str]
    tree: ast.Module
    used: set[int] = field(default_factory=set)

    def waived(self, line: int) -> bool:
        """Whether the line carries a waiver; remembers that it was needed."""
        found = bool(_WAIVER.search(self.lines[line - 1]))
        if found:
            self.used.add(line)
        return found

    def waived_whole(self) -> bool:
        """Whether a line of its own among the first ones waives the file or folder."""
        for number, line in enumerate(self.lines[:_HEAD_LINES], start=1):
            if line.startswith("#") and _WAIVER.search(line):
                self.used.add(number)
                return True
        return False


def read(path: Path, root: Path) -> Source:
    """Parses one file.

    Raises:
        SyntaxError: it is not Python.
    """
    text = path.read_text(encoding="utf-8")
    return Source(path, str(path.relative_to(root)), text.splitlines(), ast.parse(text))


def file_faults(source: Source) -> Iterator[str]:
    """At most one fault: too many lines."""
    limit = WIDE_FILE_LINES if WIDE_FOLDERS & set(source.path.parts) else FILE_LINES
    count = len(source.lines)
    if count > limit and not source.waived_whole():
        yield f"{source.shown}:1: file has {count} lines, the limit is {limit}"


def function_faults(source: Source) -> Iterator[str]:
    """Functions that are too long or take too many parameters."""
    if str(_MIGRATIONS) in source.shown:
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, Function):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        where = f"{source.shown}:{node.lineno}: {node.name}"
        if length > WAIVED_FUNCTION_LINES:
            yield f"{where} has {length} lines; no waiver goes past {WAIVED_FUNCTION_LINES}"
        elif length > FUNCTION_LINES and not source.waived(node.lineno):
            yield f"{where} has {length} lines, the limit is {FUNCTION_LINES}"
        count = parameter_count(node)
        if count > PARAMETERS and not is_typed_by_people(node) and not source.waived(node.lineno):
            yield f"{where} takes {count} parameters, the limit is {PARAMETERS}"


def parameter_count(node: Function) -> int:
    """Parameters of a function, `self` and `cls` not counted."""
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if named and named[0].arg in {"self", "cls"}:
        named = named[1:]
    return len(named) + (arguments.vararg is not None) + (arguments.kwarg is not None)


def is_typed_by_people(node: Function) -> bool:
    """Whether a decorator makes it a CLI command or an HTTP route, whose parameters are its face."""
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if name in _ROUTES | _COMMANDS:
            return True
    return False


def class_faults(source: Source) -> Iterator[str]:
    """Classes with too many public methods."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ClassDef):
            continue
        names = {
            item.name
            for item in node.body
            if isinstance(item, Function)
            and not item.name.startswith("_")
            and not _CALLBACK.match(item.name)
        }
        if len(names) > PUBLIC_METHODS and not source.waived(node.lineno):
            yield (
                f"{source.shown}:{node.lineno}: class {node.name} has {len(names)} public methods,"
                f" the limit is {PUBLIC_METHODS}"
            )


def folder_faults(sources: list[Source]) -> Iterator[str]:
    """Folders that hold too many files, `__init__.py` not counted; tests mirror what they test."""
    by_folder: dict[Path, list[Source]] = {}
    for source in sources:
        if source.shown.startswith("tests/"):
            continue
        by_folder.setdefault(source.path.parent, []).append(source)
    for _, members in sorted(by_folder.items()):
        faces = [member for member in members if member.path.name == "__init__.py"]
        count = len(members) - len(faces)
        if count > FOLDER_FILES and not (faces and faces[0].waived_whole()):
            shown = str(Path(members[0].shown).parent)
            yield f"{shown}/: folder has {count} files, the limit is {FOLDER_FILES}"


def waiver_faults(source: Source) -> Iterator[str]:
    """Waivers that lift nothing, or give no reason."""
    for number, line in enumerate(source.lines, start=1):
        comment = re.search(r"(^|\s)# ?size: ok", line)
        if comment is None or _in_string(source, number, comment.end()):
            continue
        if not _WAIVER.search(line):
            yield f"{source.shown}:{number}: a size waiver needs its reason: `# size: ok - why`"
        elif number not in source.used:
            yield f"{source.shown}:{number}: this size waiver lifts nothing; remove it"


def _in_string(source: Source, line: int, column: int) -> bool:
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (node.lineno, node.col_offset) <= (line, column)
        and (line, column) <= (node.end_lineno or 0, node.end_col_offset or 0)
        for node in ast.walk(source.tree)
    )


def check(root: Path) -> Report:
    """Measures every Python file under the root's trees."""
    sources = [
        read(path, root)
        for tree in TREES
        for path in sorted((root / tree).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]
    report = Report()
    for source in sources:
        report.faults += [*file_faults(source), *function_faults(source), *class_faults(source)]
    report.faults += folder_faults(sources)
    for source in sources:
        report.faults += waiver_faults(source)
        report.waived += len(source.used)
    return report


def main(root: Path = ROOT) -> int:
    """Prints the faults; 1 when there are any."""
    report = check(root)
    for fault in report.faults:
        print(fault)
    print(f"sizes: {len(report.faults)} faults, {report.waived} waivers")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
