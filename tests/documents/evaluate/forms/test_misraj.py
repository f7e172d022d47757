"""Misraj's form: standardised Markdown, white space folded, letters untouched."""

from vanguard.documents.evaluate.forms import misraj, standard
from vanguard.documents.evaluate.sources import markdown


def test_both_spellings_of_a_table_are_one():
    pipes = markdown.content("قبل\n\n| أ |\n|---|\n| ١ |")
    tags = markdown.content(
        "قبل\n<table><thead><tr><th>أ</th></tr></thead><tr><td>١</td></tr></table>"
    )
    assert misraj.FORM.text(pipes) == misraj.FORM.text(tags)
    assert misraj.FORM.tables(pipes) == misraj.FORM.tables(tags) != ()
    assert misraj.FORM.body(pipes) == "قبل"


def test_letters_are_not_folded():
    content = markdown.content("مدرسةٌ أولى ١٢")
    assert misraj.FORM.text(content) == "مدرسةٌ أولى ١٢"
    assert misraj.normal(" أ\nب ") == "أ ب"


def test_the_version_is_that_of_the_standard():
    assert misraj.FORM.version == f"misraj-{standard.VERSION}"
