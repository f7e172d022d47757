"""Texts: those that come along, the user's, their split, and what is refused."""

import itertools
import tomllib
from importlib import resources

import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.dice import dice
from vanguard.documents.synth.text import source

LONG = "هذه فقرة عربية طويلة بما يكفي لتكون فقرة."


def test_the_packaged_texts_have_both_styles_in_each_split_and_share_nothing():
    everything = source.load()
    train, held_out = everything.of("train"), everything.of("held_out")
    for texts in (train, held_out):
        assert {section.style for section in texts.sections} == {"plain", "vocalised"}
    assert len(train.sections) + len(held_out.sections) == len(everything.sections)
    shared = [
        {part.text for section in texts.sections for part in section.parts if not part.heading}
        for texts in (train, held_out)
    ]
    assert not shared[0] & shared[1]


def test_each_packaged_text_has_a_licence_and_its_row_in_the_list_of_licences():
    folder = resources.files("vanguard") / "data" / "documents" / "synth"
    listed = (folder / "LICENSES.md").read_text("utf-8")
    rows = tomllib.loads((folder / "sources.toml").read_text("utf-8"))
    assert all(section.licence for section in source.packaged())
    assert all(f"`{row['file']}`" in listed for row in rows.values())
    assert sum(len((folder / row["file"]).read_bytes()) for row in rows.values()) < 500_000


def test_a_folder_of_the_user_takes_the_place_of_its_style(tmp_path):
    (tmp_path / "a.txt").write_text(f"## عنوان\n{LONG}\u200f\n\nقصير\n# باب\n{LONG} ثان\n", "utf-8")
    (tmp_path / "LICENSE").write_text("CC0-1.0\nmore\n")
    texts = source.load([tmp_path])
    plain = [section for section in texts.sections if section.style == "plain"]
    assert [section.name for section in plain] == ["a.txt", "باب"]
    assert {section.licence for section in plain} == {"CC0-1.0"}
    assert plain[0].parts == (source.Part("عنوان", heading=True), source.Part(LONG))
    assert any(section.source == "quran" for section in texts.sections)


def test_vowel_signs_make_a_text_vocalised():
    assert source.style_of("بِسْمِ اللَّهِ الرَّحْمَنِ") == "vocalised"
    assert source.style_of("لمّا كان الاعتراف بالكرامة") == "plain"


def test_refused_parts_are_left_out_and_counted():
    every = source.load()
    first = next(section for section in every.sections if section.source == "handbook")
    kept = source.load((), lambda text: text == first.parts[-1].text)
    assert kept.refused == 1
    assert first.parts[-1] not in itertools.chain(*(section.parts for section in kept.sections))


def test_a_draw_gives_each_part_once(tmp_path):
    section, parts = source.load().draw(dice(1), "plain")
    assert sorted(parts, key=repr) == sorted(section.parts, key=repr)
    with pytest.raises(SettingsError, match="no vocalised text"):
        source.Texts(()).draw(dice(1), "vocalised")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (None, b"", "no folder"),
        ("a.pdf", b"", "no Arabic text"),
        ("a.txt", b"Latin letters alone are not enough here", "no Arabic text"),
        ("a.txt", b"\xff\xfe\x41", "not UTF-8"),
    ],
)
def test_a_bad_folder_is_said(tmp_path, name, data, message):
    folder = tmp_path / "t"
    if name:
        folder.mkdir()
        (folder / name).write_bytes(data)
    with pytest.raises(SettingsError, match=message):
        source.load([folder])
