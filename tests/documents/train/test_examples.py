"""The pages of a chat.jsonl."""

import hashlib
import json

import pytest

from support.documents import pages_to_learn
from vanguard.core.errors import InvalidRequest
from vanguard.documents.train.examples import load


def test_pages_are_read_in_their_order(tmp_path):
    path = pages_to_learn.make(tmp_path)
    found = load(tmp_path)
    assert [one.answer for one in found.examples] == list(pages_to_learn.ANSWERS)
    first = found.examples[0]
    assert (first.name, first.question) == ("images/page-0", pages_to_learn.QUESTION)
    assert first.image == (tmp_path / "images/page-0.png").resolve()
    assert found.sha256["chat.jsonl"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert load(path).examples == found.examples


def test_a_changed_image_changes_the_hashes_without_a_manifest_too(tmp_path):
    pages_to_learn.make(tmp_path)
    before = load(tmp_path).sha256
    pages_to_learn.image_of(1).save(tmp_path / "images/page-0.png")
    assert load(tmp_path).sha256 != before
    (tmp_path / "manifest.jsonl").write_text("{}\n")
    assert set(load(tmp_path).sha256) == {"chat.jsonl", "manifest.jsonl"}


def test_a_folder_without_pages_says_how_they_are_made(tmp_path):
    with pytest.raises(InvalidRequest, match="documents synth --format chat"):
        load(tmp_path)


def written(folder, change):
    path = pages_to_learn.make(folder)
    lines = path.read_text().splitlines()
    value = json.loads(lines[1])
    change(value)
    lines[1] = json.dumps(value)
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.pop("images"), "missing required field `images`"),
        (lambda v: v.update(images=["../../etc/passwd"]), "lies outside of"),
        (lambda v: v.update(images=["images/none.png"]), "there is no image"),
        (lambda v: v["images"].append("images/page-0.png"), "2 images, wanted is one"),
        (lambda v: v["messages"].reverse(), "a question of `user` and an answer of `assistant`"),
        (lambda v: v["messages"][1].update(content=" "), "question or answer is empty"),
        (lambda v: v["messages"][0].update(content="<image>"), "question or answer is empty"),
    ],
)
def test_a_line_that_is_no_page_is_named(tmp_path, change, message):
    path = written(tmp_path, change)
    with pytest.raises(InvalidRequest, match=message) as caught:
        load(path)
    assert "chat.jsonl:2" in str(caught.value)


def test_an_image_that_stands_there_twice_is_refused(tmp_path):
    path = written(tmp_path, lambda v: v.update(images=["images/page-0.png"]))
    with pytest.raises(InvalidRequest, match="1 images stand there twice"):
        load(path)
