"""The file of facts: what it may say, and what it says of a bad line."""

import msgspec
import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.documents.evaluate.facts import fact as module
from vanguard.documents.evaluate.facts.fact import (
    KINDS,
    Absent,
    Baseline,
    Cell,
    Number,
    Order,
    Present,
    dumps,
    kind,
    load,
)

ALL = [
    Present(id="1", document="أ", text="نص طويل", max_diffs=2),
    Absent(id="2", document="أ", page=3, text="لا"),
    Order(id="3", document="أ", before="قبل", after="بعد"),
    Cell(id="4", document="أ", cell="خلية", above="فوق", next="بعد"),
    Number(id="5", document="أ", number="١٢", count=2),
    Baseline(id="6", document="أ", max_chars=100),
]


def test_facts_survive_their_file(tmp_path):
    path = tmp_path / "facts.jsonl"
    path.write_bytes(dumps(ALL) + b"\n")
    assert load(path) == ALL
    assert [kind(one) for one in ALL] == list(KINDS)


def test_a_line_is_what_people_would_write(tmp_path):
    assert (
        dumps(ALL[1:2]).decode()
        == '{"type":"absent","id":"2","document":"أ","page":3,"text":"لا"}\n'
    )
    assert ALL[3].texts == ("خلية", "فوق", "بعد")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no fact"),
        ('{"type": "maybe", "id": "1", "document": "a"}', "maybe"),
        ('{"type": "present", "id": "1", "document": "a"}', "text"),
        ('{"type": "present", "id": "1", "document": "a", "text": " "}', "1 to 2000 characters"),
        ('{"type": "present", "id": "1", "document": "a", "text": "أب", "max_diffs": 1}', "half"),
        ('{"type": "order", "id": "1", "document": "a", "before": "أ", "after": ""}', "characters"),
        ('{"type": "number", "id": "1", "document": "a", "number": "1", "page": -1}', "negative"),
        ("[" * 50_000, "no fact"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, said):
    path = tmp_path / "facts.jsonl"
    path.write_text('{"type":"baseline","id":"0","document":"a"}\n' + line)
    with pytest.raises(InvalidRequest, match=said) as caught:
        load(path)
    assert f"{path}:2: " in str(caught.value)


def test_files_that_hold_nothing_or_too_much_are_named(tmp_path, monkeypatch):
    path = tmp_path / "facts.jsonl"
    with pytest.raises(InvalidRequest, match="No such file"):
        load(path)
    path.write_bytes(b"\n\n")
    with pytest.raises(InvalidRequest, match="no fact in it"):
        load(path)
    path.write_bytes(b"\xff")
    with pytest.raises(InvalidRequest, match=r"facts\.jsonl:1"):
        load(path)
    monkeypatch.setattr(module, "MAX_FACTS_BYTES", 0)
    with pytest.raises(InvalidRequest, match="more than 0 bytes"):
        load(path)


def test_json_of_strangers_has_no_other_fields_to_rely_on():
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(
            b'{"type":"number","id":"1","document":"a","number":5}', type=module.Fact
        )
