import pytest

from vanguard.documents.page import Block, Box, Cell, Line, Table, Word
from vanguard.documents.reading.vision.answers import answer_of, transcript
from vanguard.documents.reading.vision.contract import Said
from vanguard.sdk.values import Token

TEXT = "كانت المدينة هادئة\nفي الصباح الباكر"


def block(text=TEXT):
    lines = tuple(
        Line(
            tuple(Word(word, None, 0.8) for word in one.split()), Box(0, at * 20, 150, at * 20 + 12)
        )
        for at, one in enumerate(text.split("\n"))
    )
    return Block("paragraph", lines, Box(0, 0, 150, 40), confidence=0.8)


def codes(answer):
    return [note.code for note in answer.notes], answer.problem and answer.problem.code


def test_a_sound_answer_has_its_lines_and_how_sure_the_model_was():
    tokens = (Token(TEXT[:5], -0.7), Token(TEXT[5:], 0.0))
    answer = answer_of(Said(TEXT, tokens=tokens), block(), 4, "vision:x")
    assert (answer.block, answer.reader, answer.text) == (4, "vision:x", TEXT)
    assert codes(answer) == ([], None)
    first, second = answer.lines[0].words[:2]
    assert first.confidence == pytest.approx(0.4966, abs=1e-4)
    assert second.confidence == 1.0


def test_confidence_survives_what_is_taken_off():
    text = f"Here is the text:\n{TEXT}"
    answer = answer_of(Said(text, tokens=(Token(text, -0.1),)), block(), 0, "x")
    assert answer.text == TEXT
    assert codes(answer) == (["remarks"], None)
    assert answer.lines[0].words[0].confidence == pytest.approx(0.9048, abs=1e-4)


def test_visual_order_is_put_right_and_named():
    turned = "\n".join(line[::-1] for line in TEXT.split("\n"))
    answer = answer_of(Said(turned), block(), 0, "x")
    assert answer.text == TEXT
    assert codes(answer) == (["repaired"], None)


@pytest.mark.parametrize(
    ("said", "notes", "problem"),
    [
        (Said(TEXT, "length"), [], "truncated"),
        (Said(TEXT, "loop"), ["loop"], None),
        (Said("كانت", "loop"), ["loop"], "incomplete"),
        (Said(TEXT, "filter"), [], "filtered"),
        (Said("", refusal="no"), [], "refused"),
        (Said("I'm sorry, I cannot read this."), [], "refused"),
        (Said("[NO TEXT]"), [], "empty"),
        (Said("كلمة أخرى " * 40), [], "invented"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(said, notes, problem):
    assert codes(answer_of(said, block(), 0, "x")) == (notes, problem)


def test_a_table_comes_as_one():
    table = Table(1, 2, (Cell(0, 0, (Line((Word("اسم"),)),)), Cell(0, 1, (Line((Word("عدد"),)),))))
    given = Block("table", table=table, confidence=0.8)
    text = "<table><tr><td>اسم</td><td>عددا</td></tr></table>"
    answer = answer_of(Said(f"```html\n{text}\n```"), given, 0, "x")
    assert answer.table is not None
    assert answer.text == "اسم\nعددا"
    assert codes(answer) == (["fences"], None)
    assert codes(answer_of(Said("اسم عدد"), given, 0, "x")) == ([], "no_table")


def test_tatweel_and_spaces_stay_as_they_were_printed():
    text, notes, _ = transcript(Said("كتـــاب جديد"), "")
    assert (text, notes) == ("كتـــاب جديد", ())
