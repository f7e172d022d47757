import json

from vanguard.dialects.seals import Seal, enclose
from vanguard.gateway.routing.warmth.pins import Pins

ITEM = "gAAAAABo+abc/def==" * 3


def made(item=ITEM, name="encrypted_content"):
    return b"data: " + json.dumps({"item": {"type": "reasoning", name: item}}).encode() + b"\n\n"


def asked(item=ITEM, **more):
    items = [{"type": "reasoning", "encrypted_content": item}, {"role": "user", "content": "x"}]
    return json.dumps({"model": "m", "input": items, **more}).encode()


def test_whoever_made_an_item_is_known_by_it():
    pins = Pins()
    pins.made(made(), "org", "account-b")
    assert pins.maker(asked(), "org", {}) == "account-b"
    assert pins.maker(asked(), "another", {}) == ""
    assert pins.maker(asked("x" * 40), "org", {}) == ""
    assert pins.maker(b'{"model":"m"}', "org", {}) == ""


def test_escaped_slashes_are_the_same_item():
    pins = Pins()
    pins.made(made().replace(b"/", rb"\/"), "org", "account-b")
    assert pins.maker(asked(), "org", {}) == "account-b"


def test_the_last_known_item_decides():
    pins = Pins()
    pins.made(made("a" * 40), "org", "old")
    pins.made(made("b" * 40), "org", "new")
    items = [{"encrypted_content": letter * 40} for letter in ("a", "b", "z")]
    assert pins.maker(json.dumps({"input": items}).encode(), "org", {}) == "new"


def test_a_stored_response_is_known_to_who_stored_it():
    pins = Pins()
    created = {"type": "response.created", "response": {"id": "resp_0123456789abcdef"}}
    pins.made(b"data: " + json.dumps(created).encode() + b"\n\n", "org", "account-a")
    body = json.dumps({"previous_response_id": "resp_0123456789abcdef", "input": "x"}).encode()
    assert pins.maker(body, "org", {}) == "account-a"


def test_whoever_could_read_a_request_is_known_by_what_it_holds():
    pins = Pins()
    pins.read(asked(), "org", "account-b")
    assert pins.maker(asked(), "org", {}) == "account-b"
    assert pins.maker(asked(), "another", {}) == ""
    stored = b'{"previous_response_id": "resp_0123456789abcdef", "input": "x"}'
    pins.read(stored, "org", "account-c")
    assert pins.maker(stored, "org", {}) == "account-c"
    pins.read(b'{"input": "x"}', "org", "account-c")


def test_an_item_in_another_dialects_clothes():
    pins = Pins()
    pins.made(made(name="signature"), "org", "account-a")
    thinking = {"type": "thinking", "thinking": "", "signature": ITEM}
    body = json.dumps({"messages": [{"role": "assistant", "content": [thinking]}]}).encode()
    assert pins.maker(body, "org", {}) == "account-a"


def test_an_item_in_an_envelope_says_itself_who_made_it():
    accounts = {"m/0-a": "account-a"}
    for origin, account in (("m/0-a", "account-a"), ("gone", ""), ("", "")):
        envelope = enclose(Seal("openai_responses", ITEM, item="rs_1", origin=origin))
        thinking = {"type": "thinking", "thinking": "", "signature": envelope}
        body = json.dumps({"messages": [{"role": "assistant", "content": [thinking]}]}).encode()
        assert Pins().maker(body, "org", accounts) == account
    broken = json.dumps({"signature": "vgs1." + "x" * 30}).encode()
    assert Pins().maker(broken, "org", accounts) == ""
