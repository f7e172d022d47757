"""Benchmarks are recognised through the ways in which editions differ, and nothing else is."""

import json

import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.guard import Guard, fingerprints, normalised, read

TEXT = "لما كان الاعتراف بالكرامة المتأصلة في جميع أعضاء الأسرة البشرية هو أساس الحرية"


def guard(text):
    return Guard(frozenset(fingerprints(text.splitlines())))


@pytest.mark.parametrize(
    "same",
    [
        TEXT,
        "لمّا كان الإعتراف بالكرامة المتأصلة فى جميع اعضاء الأسرة",
        "قيل: لما كان الاعـــتراف،\nبالكرامة المتأصلة في جميع\nأعضاء الأسره البشرية كلها",
    ],
)
def test_eight_words_of_a_benchmark_are_recognised(same):
    assert guard(TEXT)(same)


def test_seven_words_or_others_are_not():
    assert not guard(TEXT)("لما كان الاعتراف بالكرامة المتأصلة في جميع الأسر")
    assert not guard(TEXT)("نص آخر لا علاقة له بما سبق من قريب أو بعيد أبدا")


def test_a_short_line_counts_as_a_whole():
    known = guard("الفصل الأول في التعريفات العامة")
    assert known("مقدمة\nالفصل الأول في التعريفات العامة\nتلي")
    assert not known("الفصل الأول في التعريفات")


def test_digits_and_case_are_folded():
    assert normalised("عام ٢٠٢٤ PDF") == normalised("عامٌ 2024 pdf")


def test_files_of_several_kinds_are_read(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"x": [{"text": TEXT}]}) + "\n\n")
    (tmp_path / "b.html").write_text("<p>واحد <b>اثنان</b> ثلاثة أربعة خمسة</p>")
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    found = read([tmp_path])
    assert found.files == 2
    assert found(TEXT)
    assert found("واحد اثنان ثلاثة أربعة خمسة")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (None, b"", "no folder"),
        ("a.png", b"", "has no text"),
        ("a.txt", b"\xff\xfe\x00", "cannot be read"),
        ("a.json", b"[", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, name, data, message):
    folder = tmp_path / "b"
    if name:
        folder.mkdir()
        (folder / name).write_bytes(data)
    with pytest.raises(SettingsError, match=message):
        read([folder])
