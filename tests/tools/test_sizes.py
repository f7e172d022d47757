"""Each limit of the size gate is broken on purpose, then waived, then left alone."""

from __future__ import annotations

import pytest


def body(lines: int) -> str:
    return "".join(f"    a{number} = {number}\n" for number in range(lines))


def function(lines: int, comment: str = "") -> str:
    return f"def f():{comment}\n{body(lines - 1)}"


WAIVER = "  # size: ok - a table that reads best whole"


def parameters(count: int) -> str:
    return ", ".join(f"p{number}" for number in range(count))


def methods(count: int, name: str = "m{}") -> str:
    return "".join(f"    def {name.format(number)}(self): ...\n" for number in range(count))


BREACHES = {
    "long file": ("src/a.py", "x = 1\n" * 501, "file has 501 lines"),
    "long dialect": ("src/vanguard/dialects/a.py", "x = 1\n" * 701, "file has 701 lines"),
    "long function": ("src/a.py", function(61), "f has 61 lines"),
    "waiver past its end": ("src/a.py", function(101, WAIVER), "no waiver goes past 100"),
    "parameters": ("src/a.py", f"def f({parameters(7)}): ...\n", "takes 7 parameters"),
    "star parameters": (
        "src/a.py",
        f"def f({parameters(5)}, *args, **kwargs): ...\n",
        "takes 7 parameters",
    ),
    "method parameters": (
        "src/a.py",
        f"class A:\n    async def f(self, {parameters(7)}): ...\n",
        "takes 7 parameters",
    ),
    "public methods": ("src/a.py", f"class A:\n{methods(16)}", "has 16 public methods"),
    "waiver without need": ("src/a.py", f"def f():{WAIVER}\n    pass\n", "lifts nothing"),
    "waiver without reason": ("src/a.py", "def f():  # size: ok\n    pass\n", "needs its reason"),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_fails(name, tool, write, tmp_path, capsys):
    shown, text, words = BREACHES[name]
    write(shown, text)
    assert tool("sizes").main(tmp_path) == 1
    printed = capsys.readouterr().out
    assert words in printed
    assert shown in printed


def test_a_full_folder_fails_and_its_face_can_waive_it(tool, write, tmp_path):
    for number in range(13):
        write(f"src/crowd/f{number}.py", "")
    sizes = tool("sizes")
    assert sizes.check(tmp_path).faults == ["src/crowd/: folder has 13 files, the limit is 12"]
    write("src/crowd/__init__.py", '"""Face."""\n\n# size: ok - one file a verb\n')
    assert sizes.check(tmp_path).faults == []


WITHIN = {
    "file": ("src/a.py", "x = 1\n" * 500),
    "dialect": ("src/vanguard/dialects/a.py", "x = 1\n" * 700),
    "function": ("src/a.py", function(60)),
    "waived function": ("src/a.py", function(100, WAIVER)),
    "waived file": ("src/a.py", f'"""Doc."""\n{WAIVER.strip()}\n' + "x = 1\n" * 600),
    "self is no parameter": ("src/a.py", f"class A:\n    def f(self, {parameters(6)}): ...\n"),
    "command": ("src/a.py", f"@main.command()\ndef f({parameters(9)}): ...\n"),
    "route": ("src/a.py", f"@router.get('/x')\ndef f({parameters(9)}): ...\n"),
    "callbacks": ("src/a.py", f"class A:\n{methods(15)}{methods(9, 'on_{}')}"),
    "private methods": ("src/a.py", f"class A:\n{methods(15)}{methods(9, '_p{}')}"),
    "words in a string": ("src/a.py", 'TEXT = " # size: ok"\n'),
    "a migration": ("src/vanguard/store/migrations/versions/a.py", function(200)),
}


@pytest.mark.parametrize("name", WITHIN)
def test_within_the_limit_passes(name, tool, write, tmp_path):
    shown, text = WITHIN[name]
    write(shown, text)
    assert tool("sizes").check(tmp_path).faults == []
