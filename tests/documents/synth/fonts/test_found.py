"""Fonts are found, judged by what they have, and left out by name."""

import shutil

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from support.synthetic import FONTS, fonts
from tools import system_packages
from vanguard.core.errors import SettingsError
from vanguard.documents.synth.fonts import found
from vanguard.documents.synth.fonts.face import FaceId


def test_faces_are_found_by_name():
    assert [face.name for face in fonts().faces] == [
        "DejaVu Sans Book",
        "Noto Naskh Arabic Regular",
    ]
    assert fonts().skipped == ()
    assert all(face.licence for face in fonts().faces)


def cut(path, characters):
    font = TTFont(FONTS / "NotoNaskhArabic.ttf")
    options = subset.Options(layout_features=[], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    font.save(path)


def test_files_that_cannot_be_used_are_left_out_by_name(tmp_path):
    shutil.copy(FONTS / "DejaVuSans.ttf", tmp_path / "good.ttf")
    blank = TTFont(FONTS / "NotoNaskhArabic.ttf")
    blank["glyf"]["uni0637"] = Glyph()
    blank.save(tmp_path / "blank.ttf")
    (tmp_path / "not_a_font.ttf").write_bytes(b"hello" * 99)
    cut(tmp_path / "few.ttf", "ابت،")
    result = found.find((tmp_path,))
    assert [face.name for face in result.faces] == ["DejaVu Sans Book"]
    reasons = {path.rpartition("/")[2]: reason for path, reason in result.skipped}
    assert reasons["few.ttf"].startswith("lacks U+0621")
    assert "not a font" in reasons["not_a_font.ttf"]
    assert reasons["blank.ttf"] == "has no outline of U+0637"


def test_a_font_that_does_not_join_is_left_out(tmp_path):
    cut(tmp_path / "stiff.ttf", found.NEEDED + " ")
    with pytest.raises(SettingsError, match="no font with Arabic letters"):
        found.find((tmp_path,))


def test_no_font_is_an_error_that_names_packages(tmp_path):
    with pytest.raises(SettingsError, match="apt-get install fonts-hosny-amiri"):
        found.find((tmp_path,))
    with pytest.raises(SettingsError, match="no folder"):
        found.find((tmp_path / "none",))


def test_whole_families_are_held_out():
    faces = [FaceId("f", 0, f"Family {n // 2}", f"Style {n % 2}") for n in range(200)]
    all_of_them = found.Fonts(tuple(faces))
    train, held_out = all_of_them.of("train"), all_of_them.of("held_out")
    assert set(all_of_them.of("all")) == set(train) | set(held_out)
    assert not {face.family for face in train} & {face.family for face in held_out}
    assert 15 < len(held_out) < 70


def test_the_packages_that_are_advised_are_those_that_the_tests_install():
    needed = {need.package for need in system_packages.NEEDS if need.marker == "fonts"}
    assert needed == set(found.PACKAGES)


@pytest.mark.fonts
def test_this_machine_has_enough_faces_for_bodies_and_in_each_split():
    result = found.find()
    assert len(result.body) >= found.ENOUGH
    for split in ("train", "held_out"):
        body = [face for face in result.of(split) if face.family not in found.DISPLAY]
        assert len(body) >= 6, split
