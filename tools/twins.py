"""Fails when a source file with behaviour has no test of its name, or a test no source.

It does not know whether a test is any good; it knows that `src/vanguard/a/b.py` is tested by
`tests/a/test_b.py` (further files `test_b_<aspect>.py` may stand beside it).

No twin is asked of `__init__`, `__main__`, migrations, and files that only declare: constants, types,
protocols and structs without method bodies. Other exceptions stand with their reason in
`[tool.vanguard.twins]` of pyproject.toml.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("src/vanguard")
FREE_TESTS = {
    "chaos",
    "contract",
    "e2e",
    "replay",
    "support",
    "tools",
}  # named after what they show

_NO_TWIN = {"__init__.py", "__main__.py"}
_MIGRATIONS = "migrations"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def has_behaviour(tree: ast.Module) -> bool:
    """Whether any function outside a protocol does more than declare itself."""
    return any(_acts(node) for node in tree.body)


def _acts(node: ast.stmt) -> bool:
    if isinstance(node, Function):
        return not all(_declares(statement) for statement in node.body)
    if isinstance(node, ast.ClassDef):
        return not _is_protocol(node) and any(_acts(item) for item in node.body)
    if isinstance(node, ast.If | ast.Try | ast.With):
        return any(_acts(item) for item in ast.iter_child_nodes(node) if isinstance(item, ast.stmt))
    return False


def _declares(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _is_protocol(node: ast.ClassDef) -> bool:
    for base in node.bases:
        target = base.value if isinstance(base, ast.Subscript) else base
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if name == "Protocol":
            return True
    return False


def waivers(root: Path) -> dict[str, str]:
    """Paths excused in pyproject.toml, with their reasons."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    table = project.get("tool", {}).get("vanguard", {}).get("twins", {})
    return {str(path): str(reason) for path, reason in table.items()}


def source_faults(root: Path, excused: dict[str, str]) -> Iterator[str]:
    """Sources without a twin, and waivers that excuse nothing."""
    unused = dict(excused)
    for path in sorted((root / PACKAGE).rglob("*.py")):
        inner = path.relative_to(root / PACKAGE)
        if path.name in _NO_TWIN or _MIGRATIONS in inner.parts:
            continue
        twin = Path("tests") / inner.parent / f"test_{inner.name}"
        shown = str(path.relative_to(root))
        if (root / twin).is_file() or not has_behaviour(ast.parse(path.read_text("utf-8"))):
            continue
        if unused.pop(shown, None) is None:
            yield f"{shown}: no test of its name; write {twin}"
    for shown in unused:
        yield f"pyproject.toml: the twin waiver of {shown} excuses nothing; remove it"


def test_faults(root: Path) -> Iterator[str]:
    """Tests in the mirrored folders whose name leads to no source."""
    for path in sorted((root / "tests").rglob("test_*.py")):
        inner = path.relative_to(root / "tests")
        if inner.parts[0] in FREE_TESTS:
            continue
        folder = root / PACKAGE / inner.parent
        subject = inner.stem.removeprefix("test_")
        names = {source.stem for source in folder.glob("*.py")}
        names |= {source.name for source in folder.glob("*/")}
        if not any(subject == name or subject.startswith(f"{name}_") for name in names):
            yield f"tests/{inner}: no source of its name under {PACKAGE / inner.parent}"


def main(root: Path = ROOT) -> int:
    """Prints the faults; 1 when there are any."""
    excused = waivers(root)
    faults = [*source_faults(root, excused), *test_faults(root)]
    for fault in faults:
        print(fault)
    print(f"twins: {len(faults)} faults, {len(excused)} waivers")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
