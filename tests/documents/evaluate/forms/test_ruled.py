from vanguard.documents.evaluate.forms.ruled import form_by
from vanguard.documents.evaluate.sources import markdown

FORM = form_by((str.strip, str.upper, lambda text: text + "!"), name="n", version="n-1", source="s")


def test_rules_are_applied_one_after_the_other():
    assert FORM.normal(" a ") == "A!"
    assert (FORM.name, FORM.version, FORM.source) == ("n", "n-1", "s")


def test_a_page_and_its_cells_go_through_the_same_rules():
    page = markdown.content("word\n\n| x |\n|---|\n| y |\n")
    assert FORM.body(page) == "WORD!"
    assert FORM.text(page) == FORM.whole(page)
    (table,) = FORM.tables(page)
    assert "Y!" in str(table)
    assert "y" not in str(table).replace("tbody", "")
