"""The real engine with the packaged data, on words that any engine can read."""

import numpy as np
import pytest

from support.documents.drawing import drawn
from vanguard.core.errors import SettingsError
from vanguard.documents.engines.tesseract import Tesseract, _line, _Seen, packaged_data
from vanguard.documents.page import Box


def test_lines_and_words_come_with_boxes_and_confidence(english):
    page = drawn(("alpha beta", "gamma delta"), size_px=30, wide=500)
    lines = english.read(page, "block")
    assert [line.text for line in lines] == ["alpha beta", "gamma delta"]
    first = lines[0]
    assert first.direction == "ltr"
    assert first.confidence is not None
    assert 0.5 < first.confidence <= 1
    alpha, beta = first.words
    assert alpha.box is not None
    assert beta.box is not None
    assert 35 <= alpha.box.left < alpha.box.right < beta.box.left < 300
    assert lines[0].box.bottom < lines[1].box.top + 10


def test_nothing_is_read_where_nothing_is_written(english):
    assert english.read(np.full((120, 300), 255, np.uint8), "block") == ()


def test_the_packaged_data_are_arabic_and_english():
    assert {path.name for path in packaged_data().glob("*.traineddata")} == {
        "ara.traineddata",
        "eng.traineddata",
    }
    assert Tesseract("ara+eng").name == "tesseract:ara+eng"


def test_a_language_without_data_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"no data for 'fas': .*no fas\.traineddata"):
        Tesseract("ara+fas")
    (tmp_path / "ara.traineddata").write_bytes(b"no such thing")
    with pytest.raises(SettingsError, match="cannot load 'ara'"):
        Tesseract("ara", tmp_path)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        # more numbers than words: from right to left all the same
        (["٧٤٫٥", "،٩٧٦٠", "غلبملاو", "٣٦", "مقر"], ["رقم", "٣٦", "والمبلغ", "٩٧٦٠،", "٧٤٫٥"]),
        (["انه", "core", "SQL", "فلم"], ["ملف", "core", "SQL", "هنا"]),
        ([".23.4%", "ةبسنلا"], ["النسبة", "23.4%."]),
        (["alpha", "12."], ["alpha", "12."]),
    ],
)
def test_words_and_letters_come_in_the_order_of_typing(seen, words):
    boxes = [Box(100.0 * at, 0, 100.0 * at + 90, 40) for at in range(len(seen))]
    found = [_Seen(text, box, 0.9) for text, box in zip(seen, boxes, strict=True)]
    line = _line(found[::-1])
    assert [word.text for word in line.words] == words
    for word in line.words:
        assert word.box in boxes
        assert word.confidence == 0.9
