"""Asking extractors until what they say is settled, with sessions that answer at once."""

from support.arabic_texts import DECLARATION
from vanguard.core.errors import DocumentUnreadable
from vanguard.documents.layers.contract import Painted
from vanguard.documents.layers.read import glance, read_layer
from vanguard.documents.page import Line, Word

GARBLED = str.maketrans("المنتيسر", "قثشصضغفع")


class Answers:
    """A session that says what it was told to, and notes who was asked."""

    def __init__(self, **texts):
        self.texts = texts
        self.asked = []

    def read(self, extractor, page):
        self.asked.append(extractor)
        found = self.texts.get(extractor, DECLARATION)
        if isinstance(found, Exception):
            raise found
        return Painted(
            extractor, 595, 842, lines=tuple(Line(tuple(map(Word, one.split()))) for one in found)
        )


def test_one_that_lacks_nothing_is_enough():
    session = Answers()
    choice = read_layer(session, 0)
    assert choice.trusted
    assert session.asked == ["glance", "pdfminer"]
    assert "sees 100.0% of the same letters" in choice.reasons[0]


def test_a_second_is_asked_where_a_glance_sees_more_than_the_first():
    session = Answers(pdfminer=DECLARATION[:6])
    choice = read_layer(session, 0)
    assert session.asked[:3] == ["glance", "pdfminer", "pdfium"]
    assert choice.reader == "pdfium"


def test_what_was_seen_before_is_not_asked_for_again():
    session = Answers()
    read_layer(session, 0, seen=glance(session, 0))
    assert session.asked == ["glance", "pdfminer"]


def test_others_are_asked_in_doubt():
    session = Answers(pdfminer=[line.translate(GARBLED) for line in DECLARATION])
    choice = read_layer(session, 0, extractors=("pdfminer", "pdfium", "pypdf"))
    assert choice.reader == "pdfium"
    assert session.asked == ["glance", "pdfminer", "pdfium", "pypdf"]


def test_an_extractor_that_fails_does_not_end_the_reading():
    session = Answers(pdfminer=DocumentUnreadable("it hung"))
    assert read_layer(session, 0, extractors=("pdfminer", "pdfium", "pypdf")).trusted


def test_a_picture_is_known_by_two():
    session = Answers(glance=[], pdfminer=[])
    assert read_layer(session, 0).reasons == ("the page has no text layer",)
    assert session.asked == ["glance", "pdfminer"]
    session = Answers(glance=DocumentUnreadable("no"), pdfminer=[], pdfium=[])
    assert read_layer(session, 0).reasons == ("the page has no text layer",)
    assert session.asked == ["glance", "pdfminer", "pdfium"]


def test_all_failing_is_told():
    session = Answers(pdfminer=DocumentUnreadable("one"), pdfium=DocumentUnreadable("two"))
    choice = read_layer(session, 0, extractors=("pdfminer", "pdfium"))
    assert choice.reasons[1:] == ("pdfminer: one", "pdfium: two")


def test_a_glance_tells_the_size_of_a_page():
    seen = glance(Answers(), 0)
    assert (seen.width, seen.height) == (595, 842)
