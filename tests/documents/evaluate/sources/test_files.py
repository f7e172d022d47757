"""Pairs of files: stems, pages, what is missing, what is broken."""

import msgspec
import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.documents.evaluate.sources import files
from vanguard.documents.page import Block, Document, Line, Page, Word


@pytest.fixture
def folders(tmp_path):
    for name in ("read", "true"):
        (tmp_path / name).mkdir()
    return tmp_path / "read", tmp_path / "true"


def document(*pages):
    return msgspec.json.encode(
        Document(
            tuple(
                Page(number, 1, 1, (Block("paragraph", (Line((Word(text),)),)),))
                for number, text in pages
            )
        )
    )


def seen(pairs):
    return [(pair.name, pair.truth.text, pair.prediction.text) for pair in pairs.pairs]


def test_files_meet_by_their_stems_in_all_folders(folders):
    read, true = folders
    (true / "sub").mkdir()
    (read / "sub").mkdir()
    (true / "sub" / "a.md").write_text("# أ")
    (read / "sub" / "a.txt").write_text("ب")
    (true / "b.html").write_text("<p>ج")
    (read / "x.md").write_text("د")
    (read / "notes.rtf").write_text("no")
    found = files.pair(read, true)
    assert seen(found) == [("b", "ج", ""), ("sub/a", "أ", "ب")]
    assert found.pairs[0].prediction.failed == "no prediction"
    assert found.extra == (str(read / "x.md"),)


def test_two_files_need_no_common_stem(tmp_path):
    (tmp_path / "a.md").write_text("أ")
    (tmp_path / "b.md").write_text("ب")
    found = files.pair(tmp_path / "a.md", tmp_path / "b.md")
    assert seen(found) == [("b", "ب", "أ")]
    assert found.extra == ()


def test_a_folder_is_searched_for_the_stem_of_one_truth(folders):
    read, true = folders
    (read / "a.md").write_text("أ")
    (read / "b.md").write_text("لا")
    (true / "a.md").write_text("ب")
    assert seen(files.pair(read, true / "a.md")) == [("a", "ب", "أ")]
    assert files.pair(read, true / "a.md").extra == ()


def test_documents_meet_page_by_page(folders):
    read, true = folders
    (true / "a.json").write_bytes(document((1, "أ"), (2, "ب"), (4, "ت")))
    (read / "a.json").write_bytes(document((2, "ث"), (1, "ج"), (3, "ح")))
    found = files.pair(read, true)
    assert seen(found) == [("a, page 1", "أ", "ج"), ("a, page 2", "ب", "ث"), ("a, page 4", "ت", "")]
    assert found.pairs[2].prediction.failed == "no prediction of this page"
    assert found.extra == ("a, page 3",)
    assert {pair.document for pair in found.pairs} == {"a"}


def test_pages_meet_a_file_without_pages_as_a_whole(folders):
    read, true = folders
    (true / "a.json").write_bytes(document((1, "أ"), (2, "ب")))
    (read / "a.md").write_text("أ ب")
    assert seen(files.pair(read, true)) == [("a", "أ\nب", "أ ب")]


def test_each_page_of_a_document_that_was_not_read_failed(folders):
    read, true = folders
    (true / "a.json").write_bytes(document((1, "أ"), (2, "ب")))
    (read / "a.md").write_bytes(b"\xff\xfe")
    found = files.pair(read, true)
    assert len(found.pairs) == 2
    assert all("no UTF-8 at byte 0" in pair.prediction.failed for pair in found.pairs)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.md", b"\xd9", "no UTF-8 at byte 0"),
        ("a.json", b"{", "no read document"),
        ("a.json", b'{"pages": [{"number": "x"}]}', "no read document"),
        ("a.json", b"[" * 100_000, "no read document"),
        ("a.md", b"x" * (files.MAX_FILE_BYTES + 1), "split it into pages"),
    ],
)
def test_a_broken_file_is_a_failed_page_or_a_named_truth(folders, name, data, said):
    read, true = folders
    (true / "a.md").write_text("أ")
    (read / name).write_bytes(data)
    failed = files.pair(read, true).pairs[0].prediction.failed
    assert str(read / name) in failed
    assert said in failed
    (read / "b.md").write_text("أ")
    (true / "b.md").write_text("أ")
    (true / "a.md").unlink()
    (true / name).write_bytes(data)
    found = files.pair(read, true)
    assert [pair.name for pair in found.pairs] == ["b"]
    assert said in found.unreadable[0]
    assert any("truth cannot be read" in line for line in files.each_reason(found))


def test_a_page_too_long_to_be_compared_failed(folders, monkeypatch):
    monkeypatch.setattr(files, "MAX_PAGE_CHARS", 5)
    read, true = folders
    (true / "a.json").write_bytes(document((1, "أ"), (2, "ب")))
    (read / "a.json").write_bytes(document((1, "أ"), (2, "ب" * 9)))
    found = files.pair(read, true)
    assert [pair.prediction.failed for pair in found.pairs] == [
        "", "9 characters on a page, at most 5 are compared",
    ]  # fmt: skip


def test_a_document_without_pages_failed(folders):
    read, true = folders
    (true / "a.md").write_text("أ")
    (read / "a.json").write_bytes(document())
    assert files.pair(read, true).pairs[0].prediction.failed == "a document without pages"


def test_of_several_files_of_one_stem_the_one_that_knows_most_is_taken(folders):
    read, true = folders
    (true / "a.md").write_text("أ")
    (read / "a.txt").write_text("لا")
    (read / "a.json").write_bytes(document((1, "نعم")))
    (read / "a.md").write_text("لا")
    found = files.pair(read, true)
    assert found.pairs[0].prediction.text == "نعم"
    assert any("a.json was taken" in note for note in found.notes)


def test_what_cannot_be_paired_says_why(folders):
    read, true = folders
    with pytest.raises(InvalidRequest, match="there is no truth in it"):
        files.pair(read, true)
    (true / "a.md").write_text("أ")
    (read / "a.md").write_text("أ")
    with pytest.raises(InvalidRequest, match="give two of a kind"):
        files.pair(read / "a.md", true)
    with pytest.raises(InvalidRequest, match="no such file or folder"):
        files.pair(read / "nothing", true)
    (read / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(InvalidRequest, match=r"a\.pdf: read are files of these kinds"):
        files.pair(read / "a.pdf", true / "a.md")
    (true / "a.md").write_bytes(b"\xff")
    with pytest.raises(InvalidRequest, match="no UTF-8"):
        files.pair(read, true)


def test_facts_find_their_documents(folders):
    read, _ = folders
    (read / "a.json").write_bytes(document((1, "أ"), (2, "ب")))
    found = files.predictions_of(read, {"a", "b"})
    assert found["a"][2].text == "ب"
    assert found["b"][files.WHOLE].failed == "no prediction"
    alone = files.predictions_of(read / "a.json", {"other"})
    assert alone["other"][1].text == "أ"
    with pytest.raises(InvalidRequest, match="there are facts about 2"):
        files.predictions_of(read / "a.json", {"a", "b"})
