"""A page read again by a scripted model, through the real stage."""

import base64
import threading

import pytest

from support.documents.drawing import drawn
from vanguard.core.errors import ContentBlocked, NotReady
from vanguard.documents import prompts
from vanguard.documents.images.raster import raster
from vanguard.documents.page import Block, Box, Cell, Line, Table, Word
from vanguard.documents.reading.stages import ReadPage
from vanguard.documents.reading.values import PageOfFile, PageRead
from vanguard.documents.reading.vision import stage
from vanguard.documents.reading.vision.contract import Said
from vanguard.documents.reading.vision.stage import AskModel
from vanguard.flow.stage import fingerprint

TEXTS = ("alpha beta gamma", "delta epsilon zeta")


class Eyes:
    """Answers with what a function makes of a question."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []
        self.lock = threading.Lock()

    def ask(self, question):
        with self.lock:
            self.asked.append(question)
        return self.answer(question)


def block(text, top):
    words = tuple(
        Word(word, Box(20 + 60 * at, top, 70 + 60 * at, top + 12), 0.9)
        for at, word in enumerate(text.split())
    )
    line = Line(words, Box(20, top, 200, top + 12), "ltr", 0.9)
    return Block("paragraph", (line,), line.box, "ltr", reader="ocr", confidence=0.9)


RASTER = raster(drawn(TEXTS, size_px=30, wide=500), 150)
PAGE = PageRead(1, 240, 100, (block(TEXTS[0], 5), Block("figure"), block(TEXTS[1], 25)))


def read(eyes, page=PAGE, **more):
    places = [at for at, one in enumerate(page.blocks) if one.all_lines]
    return AskModel("eyes", **more).read(page, places, RASTER, eyes)


def test_each_block_is_asked_for_with_its_own_picture():
    texts = iter(TEXTS)
    eyes = Eyes(lambda _: Said(next(texts)))
    answers = read(eyes, at_once=1)
    assert [(one.block, one.reader, one.text) for one in answers] == [
        (0, "vision:eyes", TEXTS[0]),
        (2, "vision:eyes", TEXTS[1]),
    ]
    assert [one.problem for one in answers] == [None, None]
    assert {question.prompt for question in eyes.asked} == {prompts.REGION}
    assert len({question.image for question in eyes.asked}) == 2
    assert all(question.most_tokens >= 128 for question in eyes.asked)


def test_a_table_is_asked_for_as_one():
    cells = (Cell(0, 0, block("alpha", 5).lines, box=Box(10, 0, 100, 20)),)
    page = PageRead(1, 240, 100, (Block("table", table=Table(1, 1, cells)),))
    eyes = Eyes(lambda _: Said("<table><tr><td>alpha</td></tr></table>"))
    (answer,) = read(eyes, page)
    assert answer.table is not None
    assert eyes.asked[0].prompt == prompts.TABLE


def test_questions_under_way_are_bounded():
    most = running = 0
    lock = threading.Lock()
    gate = threading.Barrier(2, timeout=5)

    def answer(_):
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        gate.wait()
        with lock:
            running -= 1
        return Said("x")

    page = PageRead(1, 240, 100, tuple(block(TEXTS[0], 5) for _ in range(8)))
    read(Eyes(answer), page, at_once=2)
    assert most == 2


def test_a_blocked_picture_is_a_problem_of_its_block_alone():
    def answer(question):
        if question == eyes.asked[0]:
            raise ContentBlocked("a policy says no")
        return Said(TEXTS[1])

    eyes = Eyes(answer)
    first, second = read(eyes, at_once=1)
    assert (first.problem.code, second.problem) == ("blocked", None)


def test_a_model_that_cannot_be_asked_fails_the_step():
    def answer(_):
        raise NotReady("nothing answers")

    with pytest.raises(NotReady):
        read(Eyes(answer))


def test_a_block_without_a_place_is_not_asked_for():
    page = PageRead(1, 240, 100, (Block("paragraph", (Line((Word("x"),)),)),))
    eyes = Eyes(lambda _: Said("x"))
    (answer,) = read(eyes, page)
    assert (answer.problem.code, eyes.asked) == ("no_place", [])


def test_a_whole_page_is_one_question():
    eyes = Eyes(lambda _: Said("\n".join(TEXTS)))
    assert [answer.text for answer in read(eyes, by="page")] == list(TEXTS)
    assert [question.prompt for question in eyes.asked] == [prompts.PAGE]


def test_a_whole_page_that_went_wrong_is_asked_for_block_by_block():
    def answer(question):
        return Said("x " * 50, "loop") if question.prompt == prompts.PAGE else Said(TEXTS[0])

    eyes = Eyes(answer)
    first, second = read(eyes, by="page")
    assert [question.prompt for question in eyes.asked].count(prompts.REGION) == 2
    assert (first.problem, second.problem) == (None, None)


def test_a_scan_goes_through_the_stage_and_back(blobs, scan, monkeypatch):
    eyes = Eyes(lambda question: Said("\n".join(TEXTS)))
    monkeypatch.setattr(stage, "_served", lambda *_: eyes)
    source = PageOfFile(blobs.link(scan).sha256, "image", 1)
    (seen,) = ReadPage(languages="eng").process([source], blobs)
    (made,) = AskModel("eyes").process([seen.value], blobs)
    assert made.value.blocks == seen.value.blocks
    assert "".join(one.text for one in made.value.answers).startswith("alpha beta gamma")
    data = base64.b64decode(eyes.asked[0].image.partition(",")[2])
    assert data[:4] == b"\x89PNG" or data[:2] == b"\xff\xd8"


def test_a_page_whose_text_layer_is_trusted_costs_nothing(blobs, born_digital, monkeypatch):
    monkeypatch.setattr(stage, "_served", lambda *_: pytest.fail("it is asked"))
    source = PageOfFile(blobs.link(born_digital).sha256, "pdf", 1)
    (seen,) = ReadPage().process([source], blobs)
    (made,) = AskModel("eyes").process([seen.value], blobs)
    assert made.value == seen.value


def test_another_model_or_prompt_asks_anew():
    marks = {
        fingerprint(one)
        for one in (AskModel("a"), AskModel("b"), AskModel("a", prompts=prompts.VERSION + 1))
    }
    assert len(marks) == 3
