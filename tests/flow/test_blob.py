from hypothesis import given
from hypothesis import strategies as st

from vanguard.flow.blob import blob_of, hash_of


def test_bytes_are_named_by_their_hash():
    blob = blob_of(b"abc")
    assert blob.size_bytes == 3
    assert blob.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_no_two_lists_have_one_hash(one, two):
    assert (hash_of(one) == hash_of(two)) == (one == two)
