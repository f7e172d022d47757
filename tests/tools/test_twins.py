"""The mirror gate asks for a twin where there is behaviour, and only there."""

from __future__ import annotations

import ast

import pytest

DECLARES = {
    "constants": "LIMIT = 3\n",
    "struct": "class A(Struct):\n    '''Doc.'''\n    x: int = 1\n",
    "protocol": "class P(Protocol):\n    def f(self) -> int:\n        '''Doc.'''\n        ...\n",
    "generic protocol": "class P(Protocol[T]):\n    def f(self) -> T: return self.x\n",
    "empty methods": "class A:\n    def f(self): ...\n    def g(self):\n        pass\n",
}
ACTS = {
    "function": "def f():\n    return 1\n",
    "coroutine": "async def f():\n    return 1\n",
    "method": "class A:\n    def f(self):\n        return 1\n",
    "property of a struct": "class A(Struct):\n    @property\n    def f(self):\n        return 1\n",
    "nested class": "class A:\n    class B:\n        def f(self):\n            return 1\n",
    "under a condition": "if X:\n    def f():\n        return 1\n",
}


@pytest.mark.parametrize("name", DECLARES)
def test_a_declaration_is_no_behaviour(name, tool):
    assert not tool("twins").has_behaviour(ast.parse(DECLARES[name]))


@pytest.mark.parametrize("name", ACTS)
def test_a_body_is_behaviour(name, tool):
    assert tool("twins").has_behaviour(ast.parse(ACTS[name]))


@pytest.fixture
def project(write):
    def make(twins: str = ""):
        write("pyproject.toml", f"[tool.vanguard.twins]\n{twins}")
        write("tests/conftest.py", "")
        write("src/vanguard/store/keys.py", ACTS["function"])

    return make


def test_a_source_without_a_twin_fails(tool, project, tmp_path, capsys):
    project()
    assert tool("twins").main(tmp_path) == 1
    assert "src/vanguard/store/keys.py: no test of its name" in capsys.readouterr().out


def test_a_twin_at_another_path_does_not_count(tool, project, write, tmp_path):
    project()
    write("tests/e2e/test_keys.py", "")
    assert tool("twins").main(tmp_path) == 1


def test_a_twin_satisfies(tool, project, write, tmp_path):
    project()
    write("tests/store/test_keys.py", "")
    write("tests/store/test_keys_rotation.py", "")
    write("src/vanguard/store/migrations/versions/0001.py", ACTS["function"])
    write("src/vanguard/__main__.py", ACTS["function"])
    assert tool("twins").main(tmp_path) == 0


def test_a_test_without_a_source_fails(tool, project, write, tmp_path, capsys):
    project()
    write("tests/store/test_keys.py", "")
    write("tests/store/test_ledger.py", "")
    assert tool("twins").main(tmp_path) == 1
    assert "tests/store/test_ledger.py: no source of its name" in capsys.readouterr().out


def test_a_waiver_excuses_and_a_stale_one_fails(tool, project, write, tmp_path, capsys):
    project('"src/vanguard/store/keys.py" = "shown by the contract suite"\n')
    assert tool("twins").main(tmp_path) == 0
    write("tests/store/test_keys.py", "")
    assert tool("twins").main(tmp_path) == 1
    assert "excuses nothing" in capsys.readouterr().out
