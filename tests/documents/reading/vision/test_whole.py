from vanguard.documents.page import Block, Box, Cell, Line, Page, Table, Word
from vanguard.documents.reading.vision.contract import Said
from vanguard.documents.reading.vision.whole import whole_page

TITLE = "تقرير عن المدينة القديمة"
BODY = "كانت المدينة هادئة في الصباح الباكر"


def text(words, top):
    line = Line(tuple(map(Word, words.split())), Box(0, top, 200, top + 12))
    return Block("paragraph", (line,), line.box, confidence=0.8)


CELLS = (Cell(0, 0, (Line((Word("اسم"),)),)), Cell(0, 1, (Line((Word("عدد"),)),)))
PAGE = Page(
    1,
    300,
    400,
    (text(TITLE, 0), Block("figure"), Block("table", table=Table(1, 2, CELLS)), text(BODY, 90)),
)
PLACES = (0, 2, 3)
HTML = "<table><tr><td>اسم</td><td>عدد</td></tr></table>"


def test_each_block_gets_its_words():
    said = Said(f"{TITLE}\n\n{HTML}\n\n{BODY.replace('هادئة', 'هادنة')}")
    answers = whole_page(said, PAGE, PLACES, "x")
    assert [answer.block for answer in answers] == [0, 2, 3]
    assert [answer.text for answer in answers] == [
        TITLE,
        "اسم\nعدد",
        "كانت المدينة هادنة في الصباح الباكر",
    ]
    assert all(answer.problem is None for answer in answers)


def test_an_answer_is_markdown_as_a_model_learns_it():
    pipes = "| اسم | عدد |\n| --- | --- |"
    said = Said(f"# {TITLE}\n\n{pipes}\n\n---\n\n{BODY}\\.")
    title, table, body = whole_page(said, PAGE, PLACES, "x")
    assert (title.text, table.text, body.text) == (TITLE, "اسم\nعدد", f"{BODY}.")
    assert [one.problem for one in (title, table, body)] == [None, None, None]


def test_what_is_missing_is_a_problem_of_its_block_alone():
    first, _, last = whole_page(Said(f"{TITLE}\n{HTML}"), PAGE, PLACES, "x")
    assert (first.problem, last.problem.code) == (None, "empty")


def test_blocks_are_better_asked_for_where_the_whole_went_wrong():
    for said in (
        Said(f"{TITLE}\n{HTML}\n{BODY}", "length"),
        Said(f"{TITLE}\n{HTML}\n{BODY}", "loop"),
        Said(f"{TITLE}\n{BODY}"),
        Said(f"{HTML}\nوصل الرجل إلى بيته البعيد مساء أمس"),
        Said("I'm sorry, I can't help."),
    ):
        assert whole_page(said, PAGE, PLACES, "x") is None
