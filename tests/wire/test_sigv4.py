"""Our signatures, held against botocore's signer."""

from datetime import UTC, datetime
from unittest import mock
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vanguard.core.errors import Unauthenticated
from vanguard.wire.sigv4 import (
    UNSIGNED_PAYLOAD,
    AwsCredentials,
    Place,
    Signable,
    canonical_path,
    matches,
    moment_s,
    payload_hash,
    read_claim,
    sign,
)

NOW_S = 1_796_000_000.25
PAIR = AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
PLACE = Place("us-east-1", "bedrock")
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc.1~x"

visible = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
segments = st.one_of(
    st.text(max_size=8).map(lambda text: quote(text, safe="")),
    st.sampled_from(["", ".", "..", "model", quote(ARN, safe=""), ARN, "a b".replace(" ", "%20")]),
)
paths = st.lists(segments, min_size=1, max_size=6).map(lambda parts: "/" + "/".join(parts))
words = st.text(max_size=6).map(lambda text: quote(text, safe=""))
queries = st.lists(st.tuples(words, words), max_size=4).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
names = st.sampled_from(
    ["content-type", "user-agent", "x-amz-meta", "x-amzn-trace-id", "accept", "x-a"]
)
headers = st.dictionaries(names, visible, max_size=4)


def botocores(url, sent, body, pair, *, unsigned=False):
    """The headers that botocore adds."""
    request = AWSRequest("POST", url, headers=dict(sent), data=body)
    request.context["payload_signing_enabled"] = not unsigned
    keys = Credentials(pair.access_key_id, pair.secret_access_key, pair.session_token or None)
    moment = datetime.fromtimestamp(NOW_S, UTC)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=moment):
        botocore.auth.SigV4Auth(keys, PLACE.service, PLACE.region).add_auth(request)
    new = {name.lower(): value for name, value in request.headers.items()}
    return {name: value for name, value in new.items() if name not in sent}


def ours(signable, pair=PAIR):
    made = sign(signable, pair, PLACE, NOW_S)
    return {name.decode(): value.decode() for name, value in made}


def signable(path="/", query="", sent=(), body=b"", *, unsigned=False):
    lines = [(name.encode(), value.encode()) for name, value in dict(sent).items()]
    digest = UNSIGNED_PAYLOAD if unsigned else payload_hash(body)
    return Signable("POST", path, query, [*lines, (b"host", b"h.example")], digest)


@settings(max_examples=60, deadline=None)
@given(paths, queries, headers, st.binary(max_size=40), st.sampled_from(["", "tok/en+=="]))
@example(f"/model/{quote(ARN, safe='')}/converse", "", {}, b"{}", "")
@example("/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke", "b=2&a=%20&a=", {}, b"", "t")
def test_makes_what_botocore_makes(path, query, sent, body, token):
    pair = AwsCredentials(PAIR.access_key_id, PAIR.secret_access_key, token)
    url = f"https://h.example{path}" + (f"?{query}" if query else "")
    expected = botocores(url, sent, body, pair)
    assert ours(signable(path, query, sent, body), pair) == expected


def test_an_unsigned_payload_is_said_and_signed():
    expected = botocores("https://h.example/x", {}, b"body", PAIR, unsigned=True)
    assert ours(signable("/x", body=b"body", unsigned=True)) == expected
    assert expected["x-amz-content-sha256"] == UNSIGNED_PAYLOAD


def test_the_path_of_a_model_is_encoded_twice():
    assert canonical_path(f"/model/{quote(ARN, safe='')}/converse") == (
        "/model/arn%253Aaws%253Abedrock%253Aus-east-1%253A123456789012%253A"
        "application-inference-profile%252Fabc.1~x/converse"
    )
    assert canonical_path("") == "/"


def received(made, before):
    return {**dict(before.headers), **dict(made)}


@settings(max_examples=30, deadline=None)
@given(paths, queries, headers, st.binary(max_size=40))
def test_a_signature_is_believed_and_no_other_request_under_it(path, query, sent, body):
    before = signable(path, query, sent, body)
    made = sign(before, PAIR, PLACE, NOW_S)
    claim = read_claim(received(made, before))
    after = before._replace(headers=[*before.headers, *made])
    assert matches(after, claim, PAIR.secret_access_key)
    assert moment_s(claim) == int(NOW_S)
    assert claim.access_key_id == PAIR.access_key_id
    assert claim.place == PLACE
    for changed in (
        after._replace(method="GET"),
        after._replace(path=path + "x"),
        after._replace(query=query + "x"),
        after._replace(payload_hash=payload_hash(body + b"x")),
        after._replace(headers=[(b"host", b"other"), *after.headers[1:]])
        if after.headers[0][0] == b"host"
        else after._replace(headers=[*after.headers, (b"host", b"other")]),
    ):
        assert not matches(changed, claim, PAIR.secret_access_key)
    assert not matches(after, claim, PAIR.secret_access_key + "x")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({b"authorization": b"Bearer x"}, "no AWS4-HMAC-SHA256 signature"),
        ({b"authorization": b""}, "no AWS4-HMAC-SHA256 signature"),
        ({b"x-amz-date": b"20200101T000000Z"}, "not of the day"),
    ],
)
def test_says_why_a_claim_cannot_be_checked(change, words):
    before = signable("/x")
    sent = received(sign(before, PAIR, PLACE, NOW_S), before)
    with pytest.raises(Unauthenticated, match=words):
        read_claim({**sent, **change})


@pytest.mark.parametrize("missing", [b"host", b"x-amz-date"])
def test_host_and_date_must_be_signed(missing):
    before = signable("/x")
    sent = received(sign(before, PAIR, PLACE, NOW_S), before)
    changed = sent[b"authorization"].replace(b"host;x-amz-date", (b"x-a;" + missing))
    other = {b"host": b"x-amz-date", b"x-amz-date": b"host"}[missing]
    changed = changed.replace(missing, other)
    with pytest.raises(Unauthenticated, match="must cover"):
        read_claim({**sent, b"authorization": changed})


def test_a_date_that_is_none_is_refused():
    before = signable("/x")
    sent = received(sign(before, PAIR, PLACE, NOW_S), before)
    day = sent[b"x-amz-date"][:8]
    with pytest.raises(Unauthenticated, match="not of the form"):
        moment_s(read_claim({**sent, b"x-amz-date": day + b"T99"}))
