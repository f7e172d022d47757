"""Layer or picture, by their plausibility, with the reasons."""

from support.arabic_texts import DECLARATION
from vanguard.documents.layers.choice import Choice
from vanguard.documents.page import Block, Line, Reason, Word
from vanguard.documents.reading.arbiter import decide
from vanguard.documents.reading.picture import Picture

GARBLED = str.maketrans("المنتيسر", "قثشصضغفع")


def lines(*texts):
    return tuple(Line(tuple(map(Word, text.split()))) for text in texts)


GOOD = lines(*DECLARATION)
BAD = lines(*(text.translate(GARBLED) for text in DECLARATION))


class Camera:
    def __init__(self, found):
        self.found = found
        self.looks = 0

    def __call__(self):
        self.looks += 1
        block = Block("paragraph", self.found, reader="tesseract", confidence=0.6)
        return Picture((block,) if self.found else (), ("scaled by 0.50",))


def text(blocks):
    return [line for block in blocks for line in block.lines]


def test_a_trusted_layer_is_taken_and_no_picture_is_read():
    camera = Camera(BAD)
    blocks = decide(Choice(GOOD, 0.95, True, "pdfium", ("because",)), camera)
    assert text(blocks) == list(GOOD)
    assert (blocks[0].reader, blocks[0].reasons) == ("pdfium", (Reason("text_layer", "because"),))
    assert camera.looks == 0


def test_without_a_layer_the_picture_is_read():
    for layer in (None, Choice((), 0.0, False, "", ("none",))):
        blocks = decide(layer, Camera(GOOD))
        assert text(blocks) == list(GOOD)
        assert blocks[0].reader == "tesseract"
        assert blocks[0].reasons == (Reason("picture", "scaled by 0.50"),)


def test_a_layer_in_doubt_gives_way_to_a_better_picture():
    blocks = decide(Choice(BAD, 0.2, False, "pypdf", ("doubt",)), Camera(GOOD))
    assert text(blocks) == list(GOOD)
    assert blocks[0].reader == "tesseract"
    doubt, compared, _ = blocks[0].reasons
    assert doubt == Reason("text_layer", "doubt")
    assert (compared.code, "text layer 0.20" in compared.says) == ("arbiter", True)


def test_a_layer_in_doubt_stays_where_the_picture_is_no_better():
    for picture in (BAD, ()):
        blocks = decide(Choice(GOOD, 0.55, False, "pypdf", ()), Camera(picture))
        assert text(blocks) == list(GOOD)
        assert blocks[0].reader == "pypdf"


def test_an_empty_page_has_no_blocks():
    assert decide(None, Camera(())) == ()


def test_the_blocks_of_a_layer_are_taken_as_they_are():
    made = (Block("heading", GOOD[:1], level=2), Block("paragraph", GOOD[1:]))
    blocks = decide(Choice(GOOD, 0.95, True, "pdfium", ("because",), blocks=made), Camera(BAD))
    assert [block.kind for block in blocks] == ["heading", "paragraph"]
    assert blocks[0].reasons == (Reason("text_layer", "because"),)
