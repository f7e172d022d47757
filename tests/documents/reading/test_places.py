from pathlib import Path

from vanguard.documents.reading.places import places


def test_no_two_documents_go_to_one_place():
    names = [Path("a.pdf"), Path("b/a.pdf"), Path("c.pdf"), Path("c.png"), Path("c.pdf")]
    assert [str(one) for one in places(names, ".md")] == [
        "a.md",
        "b/a.md",
        "c.pdf.md",
        "c.png.md",
        "c.pdf-2.md",
    ]
