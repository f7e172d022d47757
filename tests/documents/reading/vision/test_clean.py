import pytest

from vanguard.documents.prompts import NOTHING
from vanguard.documents.reading.vision.clean import cleaned

TEXT = "كانت المدينة هادئة في الصباح\nثم جاء الناس."


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (TEXT, []),
        (f"```\n{TEXT}\n```", ["fences"]),
        (f"```markdown\n{TEXT}\n```", ["fences"]),
        (f"Here is the text from the image:\n\n{TEXT}", ["remarks"]),
        (f"Sure! Here's the transcription:\n```\n{TEXT}\n```", ["fences", "remarks"]),
        (f"**Transcription:**\n{TEXT}", ["remarks"]),
        (f"{TEXT}\n\nNote: some words are unclear.", ["remarks"]),
        (f"إليك النص الموجود في الصورة:\n{TEXT}\n\nLet me know if you need more.", ["remarks"]),
        (f"<think>The image shows\ntwo lines.</think>\n{TEXT}", ["thoughts"]),
        ("## كانت **المدينة** هادئة في الصباح\nثم جاء الناس.", ["markdown"]),
    ],
)
def test_what_is_no_transcript_is_taken_off_and_named(answer, codes):
    found = cleaned(answer, "كانت المدينة")
    assert found.text == TEXT
    assert [note.code for note in found.notes] == codes
    assert not found.refused


@pytest.mark.parametrize("line", ["Note: keep the seal closed.", "ملاحظة: تغلق الأبواب مساء"])
def test_what_an_engine_saw_too_is_no_remark(line):
    assert cleaned(f"{TEXT}\n{line}", f"كانت المدينة {line}").text.endswith(line)
    assert cleaned(f"{TEXT}\n{line}", "كانت المدينة").text == TEXT


@pytest.mark.parametrize("answer", [NOTHING, "", "No text is visible in the image.", "```\n```"])
def test_nothing_is_nothing(answer):
    found = cleaned(answer, "")
    assert (found.text, found.refused) == ("", False)


@pytest.mark.parametrize(
    "answer", ["I'm sorry, I can't help with that.", "عذرا، لا أستطيع قراءة الصورة."]
)
def test_a_refusal_is_no_text_unless_it_is_printed(answer):
    assert cleaned(answer, "كانت المدينة").refused
    assert not cleaned(answer, answer).refused


def test_thoughts_without_an_end_leave_nothing():
    assert cleaned("<think>still at it", "").text == ""
