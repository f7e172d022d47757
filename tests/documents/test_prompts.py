"""A model is asked in the words in which it learnt: on the way to the trainer, and on the way to the gateway."""

import numpy as np

from support.synthetic import settings
from vanguard.documents import prompts
from vanguard.documents.images.raster import raster
from vanguard.documents.page import Block, Box, Line, Word
from vanguard.documents.reading.values import PageRead
from vanguard.documents.reading.vision.contract import Said
from vanguard.documents.reading.vision.stage import AskModel
from vanguard.documents.synth.run import pack
from vanguard.documents.synth.run.options import Options
from vanguard.documents.synth.run.store import Store
from vanguard.documents.synth.run.work import Job, write
from vanguard.documents.train.examples import load


def test_every_prompt_says_what_to_answer_where_nothing_is_written():
    for prompt in (prompts.REGION, prompts.PAGE, prompts.TABLE):
        assert prompt.endswith(prompts.NOTHING)


def asked_about_a_page():
    asked = []

    class Eyes:
        def ask(self, question):
            asked.append(question.prompt)
            return Said("one two")

    line = Line((Word("one", Box(5, 5, 30, 15)), Word("two", Box(35, 5, 60, 15))))
    page = PageRead(1, 100, 50, (Block("paragraph", (line,), Box(5, 5, 60, 15)),))
    white = raster(np.full((100, 200), 255, np.uint8), 144)
    AskModel("eyes", by="page").read(page, [0], white, Eyes())
    return asked


def test_pages_are_learnt_with_the_question_that_is_asked_about_pages(tmp_path):
    job = Job(Options(1, kinds=("letter",)), settings(dpi=50), tmp_path)
    write(job, 0)
    store = Store(tmp_path)
    pack.chat(store, store.records(range(1)))
    (example,) = load(tmp_path).examples
    assert asked_about_a_page() == [example.question]
