"""Looks are drawn within their bounds."""

from support.synthetic import fonts, naskh, sans
from vanguard.documents.synth.dice import dice
from vanguard.documents.synth.layout.line import Type
from vanguard.documents.synth.pages.style import PAPERS, Bounds, draw


def looks(bounds, count=30, **given):
    return [draw(dice(n), bounds, fonts().faces, **given) for n in range(count)]


def test_sizes_papers_and_aligns_are_of_the_bounds():
    bounds = Bounds((10, 12), (1.5, 1.6), (0, 1), ("right",))
    for look in looks(bounds):
        assert look.paper in {PAPERS[0], PAPERS[1]}
        assert look.align == "right"
        assert 10 * 0.7 <= look.body.size <= 12 * 1.9


def test_a_given_paper_is_taken_and_type_can_be_smaller():
    look = looks(Bounds(), 1, paper=(200, 100), scale=0.5)[0]
    assert look.paper == (200, 100)
    assert look.body.size < looks(Bounds(), 1)[0].body.size


def test_lines_do_not_touch_in_any_face():
    for look in looks(Bounds(leading=(1.0, 1.0))):
        face = look.body.face
        assert look.body.pitch >= (face.above + face.below) * look.body.size


def test_a_face_without_latin_letters_is_spared_by_one_with():
    spares = {look.body.face.id.name: look.body.spare for look in looks(Bounds())}
    assert spares == {naskh().id.name: sans(), sans().id.name: sans()}


def test_both_sets_of_digits_occur():
    assert {look.digits for look in looks(Bounds())} == {"arabic", "latin"}


def test_no_page_has_digits_whose_separators_it_cannot_print(monkeypatch):
    assert {look.digits for look in looks(Bounds())} == {"arabic", "latin"}
    monkeypatch.setattr(Type, "prints", lambda _, text: not text.startswith("٠"))
    assert {look.digits for look in looks(Bounds())} == {"latin"}
