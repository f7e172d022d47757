"""JSON: the value, its version, its schema."""

import msgspec
import pytest

from support.pages import document
from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats import structured
from vanguard.documents.formats.structured import from_json, main, schema, to_json
from vanguard.documents.page import Block, Document, Line, Page, Word


def test_a_document_comes_back():
    assert from_json(to_json(document(2))) == document(2)
    assert b'"version":1' in to_json(document())


def test_a_reader_of_the_plain_value_reads_it_too():
    assert msgspec.json.decode(to_json(document()), type=Document) == document()


def test_unknown_fields_are_passed_over_and_no_version_is_the_first():
    assert from_json(b'{"pages":[],"later":1}') == Document(())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"pages":[],"version":2}', "version 2, this Vanguard reads up to 1"),
        (b'{"pages":[{"number":1}]}', "missing required field `width`"),
        (b"\xff", "no document that was read before"),
        (b"", "no document that was read before"),
        (b'{"pages":' + b"[" * 100_000, "no document that was read before"),
    ],
)
def test_anything_else_is_refused(data, said):
    with pytest.raises(InvalidRequest, match=said):
        from_json(data)


def test_halves_of_surrogates_are_replaced():
    block = Block("paragraph", (Line((Word("a\ud800b"),)),))
    read = from_json(to_json(Document((Page(1, 1, 1, (block,)),))))
    assert read.pages[0].text == "a\ufffdb"


def test_the_schema_describes_what_is_written(tmp_path, capsys):
    found = msgspec.json.decode(schema())
    kinds = found["$defs"]["Block"]["properties"]["kind"]["enum"]
    assert "page_number" in kinds
    assert found["$defs"]["VersionedDocument"]["properties"]["version"]["default"] == 1
    assert main(["--write", str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    (tmp_path / structured.SCHEMA).write_text("{}")
    assert main(["--check", str(tmp_path)]) == 1
    assert "differs" in capsys.readouterr().err
    assert main([]) == 2
