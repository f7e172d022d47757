"""Whose a signed request is, signed by botocore itself."""

import time

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support.gateway import SECRET, snapshot
from vanguard.core.aws_pair import aws_pair
from vanguard.core.errors import Unauthenticated
from vanguard.core.ids import hash_secret
from vanguard.gateway.aws.pairs import Pairs, claim_of, is_signed
from vanguard.gateway.http.messages import Request

KEYS = snapshot([]).keys
PAIR = aws_pair(hash_secret(SECRET), b"master")
PATH = "/aws/model/anthropic.x-v1%3A0/converse"


def signed(*, body=b"{}", service="bedrock", more=(), pair=PAIR):
    request = AWSRequest("POST", f"http://host:1{PATH}", data=body, headers=dict(more))
    keys = Credentials(pair.access_key_id, pair.secret_access_key)
    SigV4Auth(keys, service, "us-east-1").add_auth(request)
    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    return Request("POST", PATH.encode(), [(b"host", b"host:1"), *headers], body)


def check(request, now_s=None, master=b"master"):
    pairs = Pairs({"file:m": master}.__getitem__)
    claim = claim_of(request)
    key = pairs.find(KEYS, claim)
    assert key is not None
    assert pairs.find(KEYS, claim) is key
    pairs.check(request, claim, key, "file:m", time.time() if now_s is None else now_s)
    return key


def test_a_request_of_the_holder_is_believed():
    assert is_signed(signed())
    assert check(signed()).id == "key"
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert check(signed(more={"X-Amz-Content-SHA256": digest})).id == "key"


def changed(request, **fields):
    for name, value in fields.items():
        setattr(request, name, value)
    return request


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: changed(signed(), body=b"{ }"), "does not match"),
        (lambda: changed(signed(), path=PATH + "-stream"), "does not match"),
        (lambda: changed(signed(), query="x=1"), "does not match"),
        (lambda: signed(service="s3"), "service 'bedrock'"),
        (lambda: signed(more={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}), "hash of the body"),
    ],
)
def test_any_other_is_not(make, words):
    with pytest.raises(Unauthenticated, match=words):
        check(make())


@pytest.mark.parametrize("off_s", [-302, 302])
def test_nor_one_of_another_time(off_s):
    with pytest.raises(Unauthenticated, match="five minutes"):
        check(signed(), now_s=time.time() + off_s)


def test_nor_under_another_master():
    with pytest.raises(Unauthenticated, match="does not match"):
        check(signed(), master=b"another")


def test_other_credentials_are_no_signatures():
    assert not is_signed(Request("POST", b"/", [(b"authorization", b"Bearer x")]))
    assert not is_signed(Request("POST", b"/", []))
