import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effort import times
from vanguard.core.errors import InvalidRequest, UnsupportedFeature
from vanguard.dialects.passthrough.anthropic_messages import AnthropicMessagesPassThrough
from vanguard.dialects.passthrough.edits import (
    hides_letters,
    names,
    once,
    put_field,
    replace_string,
    set_fields,
)
from vanguard.dialects.passthrough.openai_chat import OpenAIChatPassThrough
from vanguard.dialects.passthrough.openai_responses import OpenAIResponsesPassThrough

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
bodies = st.dictionaries(st.text(max_size=8), values, max_size=5)


@given(bodies, st.text(max_size=12), st.text(max_size=12))
def test_replace_changes_one_value_and_nothing_else(body, old, new):
    body = {**body, "model": old}
    written = json.dumps(body, indent=1).encode()
    changed = replace_string(written, "model", old, new)
    assert json.loads(changed) == {**body, "model": new}
    assert list(json.loads(changed)) == list(body)


def test_replace_keeps_every_other_byte():
    body = b'{ "x" : 1.50e3 , "model"  :  "a" ,"z":"\\u00e9"}'
    assert (
        replace_string(body, "model", "a", "b")
        == b'{ "x" : 1.50e3 , "model"  :  "b" ,"z":"\\u00e9"}'
    )
    assert replace_string(body, "model", "a", "a") is body


def test_nested_names_cost_no_byte():
    body = b'{ "tools": [{"model": "other"}], "model" : "m" }'
    assert replace_string(body, "model", "m", "m") is body
    assert replace_string(body, "model", "m", "up") == body.replace(b'"m"', b'"up"')


def test_replace_is_not_fooled_by_a_nested_field_of_that_name():
    body = b'{"tool":{"model":"a"},"model":"a","n":1.0}'
    assert replace_string(body, "model", "a", "b") == b'{"tool":{"model":"a"},"model":"b","n":1.0}'


@given(bodies)
def test_add_puts_one_field_in_front(body):
    body.pop("cap", None)
    added = put_field(json.dumps(body).encode(), "cap", 7)
    assert json.loads(added) == {**body, "cap": 7}


def test_set_fields_keeps_raw_values():
    assert set_fields(b'{"a": 1.50, "b": 2}', {"b": 3}) == b'{"a":1.50,"b":3}'


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        (b"{", None, "not valid JSON"),
        (b"[]", None, "Expected `object`"),
        (b'{"messages":[]}', "model", "missing required field"),
        (b'{"model":1}', "model", "Expected `str`"),
    ],
)
def test_a_bad_body_names_its_field(body, param, words):
    with pytest.raises(InvalidRequest, match=words) as caught:
        OpenAIChatPassThrough().peek(body)
    assert caught.value.param == param


def test_put_replaces_a_field_that_is_there():
    assert put_field(b'{"cap": null,"x":1.0}', "cap", 5) == b'{"cap":5,"x":1.0}'


def test_a_name_that_stands_twice_or_is_hidden_is_written_once_and_plain():
    twice = b'{"model":"cheap-no","model":"m","x":1.0}'
    assert replace_string(twice, "model", "m", "m") == b'{"model":"m","x":1.0}'
    hidden = b'{"model":"\\u006d","metadata":{"model":"m"}}'
    assert json.loads(replace_string(hidden, "model", "m", "up")) == {
        "model": "up",
        "metadata": {"model": "m"},
    }
    assert once(b'{"n":9,"n":1}', names("n")) == b'{"n":1}'
    nested = b'{ "n" : 1 , "x": {"n": 2, "n2": "n"} }'
    assert once(nested, names("n")) is nested
    assert hides_letters(b'{"max\\u005ftokens":null}')
    assert not hides_letters(b'{"text":"caf\\u00e9"}')


_CAPS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "n")
_FIELDS = (
    *((name, value) for name in _CAPS for value in ("null", "1", "2")),
    *((name, value) for name in ("stream", "background") for value in ("null", "false", "true")),
    *(("str\\u0065am", "true"), ("\\u006e", "3")),
)
_NESTED = ("x", '{"n":1,"n":2,"stream":true,"max_tokens":[]}')


@pytest.mark.parametrize(
    "through",
    [OpenAIChatPassThrough(), AnthropicMessagesPassThrough(), OpenAIResponsesPassThrough()],
)
@given(st.lists(st.sampled_from(_FIELDS), max_size=4))
@settings(max_examples=times(3))
def test_what_a_peek_met_is_enough_to_know_what_stands_twice(through, fields):
    pairs = [("model", '"a"'), _NESTED, *fields]
    body = b"{%b}" % ",".join(f'"{name}":{value}' for name, value in pairs).encode()
    try:
        peek = through.peek(body)
    except (InvalidRequest, UnsupportedFeature):
        return
    assert peek.named is not None
    blind = msgspec.structs.replace(peek, named=None)
    for model in ("a", "b"):
        edited = through.edit(body, peek, model, None)
        assert edited == through.edit(body, blind, model, None)
        kept = json.loads(edited, object_pairs_hook=lambda read: [name for name, _ in read])
        assert all(kept.count(name.decode().strip('"')) <= 1 for name in peek.named)


_LONG = [{"role": "user", "content": "model " * 1_500}]
_TOOLS = [{"type": "function", "function": {"name": "f", "description": "max_tokens " * 900}}]


@pytest.mark.parametrize(
    "fields",
    [
        [("messages", _LONG), ("tools", _TOOLS)],
        [("tools", _TOOLS), ("model", "ours"), ("messages", _LONG)],
        # each value stands within another one, too, or instead of it
        [("messages", [{"role": "tool", "content": _TOOLS}]), ("tools", _TOOLS)],
        [("tools", _TOOLS), ("messages", [{"role": "tool", "content": _TOOLS}])],
        [("metadata", _LONG), ("messages", _LONG), ("tools", _TOOLS)],
        # names that stand twice, which moves what is written anew
        [("messages", "short"), ("tools", _TOOLS), ("messages", _LONG)],
        [("messages", _LONG), ("tools", _TOOLS), ("messages", _LONG)],
        [("messages", _LONG), ("model", "twice"), ("tools", _TOOLS), ("messages", "short")],
    ],
)
@pytest.mark.parametrize("cap_tokens", [None, 9])
def test_a_long_body_is_edited_as_a_short_one_would_be(fields, cap_tokens):
    pairs = [*fields, ("model", "ours"), ("stream", True)]
    body = (
        "{" + ",".join(f'"{name}": {json.dumps(value)}' for name, value in pairs) + "}"
    ).encode()
    through = OpenAIChatPassThrough()
    peek = through.peek(body)
    edited = through.edit(body, peek, "theirs", cap_tokens)
    assert edited == through._edit(body, peek, "theirs", cap_tokens)
    assert json.loads(edited)["model"] == "theirs"


@given(
    st.dictionaries(
        st.text(max_size=8).filter(lambda name: "model" not in name), values, max_size=5
    ),
    st.text(max_size=12),
    st.sampled_from([",", " ,\n ", ", "]),
    st.sampled_from([":", " :\t", ": "]),
)
def test_the_models_name_alone_changes_however_a_body_is_written(body, new, comma, colon):
    pairs = [*((name, value) for name, value in body.items() if name not in {"stream", "n"})]
    pairs.insert(len(pairs) // 2, ("model", "ours"))
    written = comma.join(
        f"{json.dumps(k, ensure_ascii=False)}{colon}{json.dumps(v)}" for k, v in pairs
    )
    through = AnthropicMessagesPassThrough()
    data = f"{{{written}}}".encode()
    try:
        peek = through.peek(data)
    except InvalidRequest:
        return  # a field of a wrong type
    edited = through.edit(data, peek, new, None)
    assert json.loads(edited) == {**dict(pairs), "model": new}
    if b"\\" not in data and data.count(b'"ours"') == 1:
        assert edited == data.replace(b'"ours"', msgspec.json.encode(new))
