"""The matrix says what was proved, and the gate notices when that is no longer so."""

from __future__ import annotations

import msgspec
import pytest


@pytest.fixture
def module(tool):
    tool("docs")  # makes the repository importable
    from tools import client_matrix

    return client_matrix


@pytest.fixture
def record(module):
    cells = [module.Cell("A", "chat", "X"), module.Cell("A", "tools", "Y")]
    return module.Record("2026-01-02T03:04:05+00:00", {"A": "a==1"}, cells)


def test_a_cell_is_marked_where_it_was_proved_and_nowhere_else(module, record):
    made = module.table(record)
    assert "| client | proved | X | Y |" in made
    assert "| A<br>`a==1` | chat | ✓ |  |" in made
    assert "|  | tools |  | ✓ |" in made
    assert "Recorded 2026-01-02." in made


def test_a_record_that_speaks_for_the_tests_has_no_fault(module, record):
    assert list(module.faults(record, set(record.passed), "a==1\n")) == []


def test_what_makes_a_record_stale(module, record):
    cells = {module.Cell("A", "chat", "X"), module.Cell("B", "new", "X")}
    found = list(module.faults(record, cells, "a==2"))
    assert found == [
        "B, new, X is not recorded; `make clients` records anew",
        "A, tools, Y is recorded and no test names it; `make clients`",
        "A was recorded with a==1, which is not pinned any more; `make clients`",
    ]
    failed = msgspec.structs.replace(record, failed=[module.Cell("B", "new", "X")])
    assert "B, new, X did not pass; `make clients` records anew" in list(
        module.faults(failed, cells, "a==1")
    )


def test_cells_are_read_from_the_tests_without_running_them(module, tmp_path):
    (tmp_path / "test_a.py").write_text(
        'raise SystemExit\n@proves("A", "chat", "X")\ndef test(): ...\n'
        'P = [pytest.param(1, marks=proves("A", "chat", "Y"))]\n'
    )
    assert module.declared(tmp_path) == {
        module.Cell("A", "chat", "X"),
        module.Cell("A", "chat", "Y"),
    }
    (tmp_path / "test_b.py").write_text('@proves("A", name, "X")\ndef test(): ...\n')
    with pytest.raises(ValueError, match=r"test_b\.py:1"):
        module.declared(tmp_path)


def test_what_is_left_out_of_a_suite_is_told_with_its_reason(module):
    made = module.omissions([module.LeftOut("openai", "a and b", "not served")])
    assert "| openai | `a and b` | not served |" in made


def test_a_page_without_its_marks_is_refused(module):
    first, last = module.MARKS["matrix"]
    assert module.embedded(f"a{first}old{last}b", "matrix", "new\n") == f"a{first}new\n{last}b"
    with pytest.raises(ValueError, match="marks"):
        module.embedded("a page", "left out", "new\n")
