"""What pages are made with."""

import itertools
import re

from support.synthetic import press
from vanguard.documents.synth.text import source


def test_prose_goes_on_into_other_sections_and_each_is_recorded():
    one = press()
    items = list(itertools.islice(one.prose(), 80))
    assert len({source for source, _, _ in one.used}) >= 1
    assert len(one.used) >= 2
    texts = [item.words for item in items if item.kind == "paragraph"]
    assert len(texts) > 40


def test_own_words_are_recorded_with_their_licence():
    one = press()
    one.say("headings")
    assert one.used == {("words", "", "Apache-2.0")}


def test_columns_lie_from_right_to_left_within_the_margins():
    one = press()
    body = one.body()
    columns = one.columns(3, body)
    assert columns[0].right == body.right
    assert columns[0].left > columns[1].right > columns[1].left > columns[2].right
    assert abs(columns[2].left - body.left) < 0.01


def test_plain_numbers_take_the_digits_of_the_page_and_versions_stay():
    one = next(p for p in map(press, range(20)) if p.style.digits == "arabic")
    assert one.local("في 12 (7). نسخة v2.1 و10.0.0.1 ، 3,") == "في ١٢ (٧). نسخة v2.1 و10.0.0.1 ، ٣,"


def test_a_line_without_glyphs_says_nothing():
    one = press()
    one.line("header", "語 語", 10, "right", one.style.body)
    assert one.sheet.blocks == []
    one.line("header", "عنوان 語", 10, "right", one.style.body)
    assert one.sheet.blocks[0].text == "عنوان"


def test_a_shade_lies_around_what_is_filled():
    one = press()
    column = one.body()
    column.y += 50
    one.shade(column, 4)
    assert one.sheet.areas[0].box.bottom == column.y + 4
    assert one.sheet.areas[0].box.left == column.left - 4


def test_pure_prose_has_no_latin_letters_and_does_not_wait_for_what_is_not_there():
    one = press()
    items = itertools.islice(one.prose(pure=True, headings=False), 60)
    assert not re.search("[A-Za-z]", " ".join(word for item in items for word in item.words))
    part = source.Part("نص فيه كلمات من لغة أخرى مثل Latin دائما")
    one.texts = source.Texts((source.Section("s", "n", "plain", "CC0", False, (part,)),))
    assert next(one.prose(pure=True)).words == tuple(part.text.split())
