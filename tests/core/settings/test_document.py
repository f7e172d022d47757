import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.settings import document
from vanguard.core.settings.document import DocumentError, line_at, plain, read_document

# Text that YAML can hold in a quoted scalar as it stands.
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(words.filter(lambda key: key != "<<"), inner, max_size=4)
    ),
    max_leaves=20,
)


def json_like(value: object) -> str:
    """JSON is YAML: quoted text, explicit brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json_like(k)}: {json_like(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_like, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


@given(values)
def test_what_is_written_is_read(value: object) -> None:
    assert plain(read_document(json_like(value))) == value


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        outcome = repr(plain(read_document(text)))
    except DocumentError as error:
        outcome = error.message
    assert outcome


def test_words_of_older_yaml_stay_text() -> None:
    text = "on: [input]\nyes: no\ntime: 12:30\ndate: 2024-01-01\noct: 0o7\nlong: 1_000\n"
    assert plain(read_document(text)) == {
        "on": ["input"],
        "yes": "no",
        "time": "12:30",
        "date": "2024-01-01",
        "oct": "0o7",
        "long": "1_000",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: '5'", {"a": "5"}),
        ("a: !!str 5", {"a": "5"}),
        ("a: +5", {"a": 5}),
        ("a: 1e3", {"a": 1000.0}),
        ("5: x", {"5": "x"}),
    ],
)
def test_scalars(text: str, value: object) -> None:
    assert plain(read_document(text)) == value


def test_lines_of_keys_and_list_items() -> None:
    root = read_document("a:\n  b:\n    - x\n    - c: 1\n      d: 2\n")
    assert line_at(root, ("a", "b", 1, "d")) == 5
    assert line_at(root, ("a", "b", 0)) == 3
    assert line_at(root, ("a", "z")) is None


def test_merge_takes_what_is_not_given_and_keeps_its_line() -> None:
    root = read_document("base: &b\n  x: 1\n  y: 2\nuse:\n  <<: *b\n  y: 3\n")
    assert plain(root) == {"base": {"x": 1, "y": 2}, "use": {"x": 1, "y": 3}}
    assert line_at(root, ("use", "x")) == 2
    assert line_at(root, ("use", "y")) == 6


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' is given twice, first in line 1"),
        ("a: [1\nb: 2\n", 2, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "more than one document"),
        ("a:\n  - !!python/object:os.system x\n", 2, "tag"),
        ("a: !!int 5\n", 1, "tag"),
        ("a: *b\n", 1, "no finished anchor &b"),
        ("a: &a [*a]\n", 1, "no finished anchor &a"),
        ("a:\n  <<: 5\n", 2, "`<<` takes a mapping"),
        ("? [a]\n: 1\n", 1, "a key must be a word"),
    ],
)
def test_refused_with_the_line(text: str, line: int, part: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(text)
    assert caught.value.line == line
    assert part in caught.value.message


def test_a_bomb_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(DocumentError, match="aliases written out"):
        read_document("\n".join(lines))


def test_aliases_do_not_hide_depth() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [[[[*a{n - 1}]]]]" for n in range(1, 12)]
    with pytest.raises(DocumentError, match="nested deeper"):
        read_document("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 100_000, "a: {" * 50_000, "- " * 20_000 + "x"])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="nested deeper"):
        read_document(text)


def test_size_is_bounded() -> None:
    with pytest.raises(DocumentError, match="larger than 1024 KiB"):
        read_document("#" * (document.MAX_BYTES + 1))


def test_the_parser_without_its_c_part_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, 'on', {b: ~}]\nc: *x\n"
    fast = plain(read_document(text))
    monkeypatch.setattr(document, "_LOADER", yaml.SafeLoader)
    assert (
        plain(read_document(text))
        == fast
        == {"a": [1, "on", {"b": None}]} | {"c": [1, "on", {"b": None}]}
    )
