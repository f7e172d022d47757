"""Pages that a model must not learn from."""

import msgspec
import pytest

from support.documents import pages_to_learn
from vanguard.core.errors import SettingsError
from vanguard.documents.train.examples import load
from vanguard.documents.train.left_out import sift

LONG = "هذا نص طويل من كلمات كثيرة جدا لا يشبه غيره من النصوص أبدا"
FORM = "رقم الفاتورة تاريخ الاستحقاق المبلغ الإجمالي مع الضريبة المضافة والخصم"


@pytest.fixture
def pages(tmp_path):
    def make(name, *answers, paper=255):
        pages_to_learn.make(tmp_path / name, answers, paper)
        return load(tmp_path / name).examples

    return make


def test_a_benchmarks_text_is_left_out(pages, tmp_path):
    examples = pages("data", LONG, "كتاب ٢")
    (tmp_path / "benchmark").mkdir()
    (tmp_path / "benchmark" / "a.md").write_text(f"مقدمة\n{LONG}\n")
    sifted = sift(examples, (), (tmp_path / "benchmark",))
    assert ([one.answer for one in sifted.kept], sifted.benchmark) == (["كتاب ٢"], 1)


def test_the_same_text_with_another_look_is_held_out(pages):
    examples = pages("data", LONG, "كتاب ٢", paper=250)
    sifted = sift(examples, pages("held", LONG), ())
    assert ([one.answer for one in sifted.kept], sifted.held_out) == (["كتاب ٢"], 1)


def test_the_same_image_is_held_out_whatever_is_said_of_it(pages):
    examples = pages("data", "بيت ١", "كتاب ٢")
    assert sift(examples, pages("held", "قلم ٣"), ()).held_out == 1


def test_the_words_of_a_form_do_not_make_two_pages_the_same(pages):
    other = " ".join(f"كلمة{number}" for number in range(40))
    examples = pages("data", f"{FORM} {other}", paper=250)
    assert sift(examples, pages("held", FORM), ()).held_out == 0


def test_pages_know_when_they_are_given_nothing_to_avoid(pages):
    examples = pages("data", LONG)
    assert sift(examples, (), ()) == msgspec.convert(
        {"kept": examples, "benchmark": 0, "held_out": 0}, type(sift(examples, (), ()))
    )


def test_a_benchmark_that_is_not_there_is_an_error(pages, tmp_path):
    with pytest.raises(SettingsError, match="no folder"):
        sift(pages("data", LONG), (), (tmp_path / "nowhere",))
