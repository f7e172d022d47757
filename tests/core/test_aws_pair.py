"""Key pairs of AWS, from a hash and a master."""

import re

import pytest

from vanguard.core.aws_pair import access_key_id, aws_pair
from vanguard.core.ids import hash_secret

HASH = hash_secret("vk-one")


def test_a_pair_has_the_shape_that_sdks_and_scanners_know():
    pair = aws_pair(HASH, b"master")
    assert re.fullmatch(r"VKIA[A-Z2-7]{16}", pair.access_key_id)
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", pair.secret_access_key)
    assert access_key_id(HASH) == pair.access_key_id


def test_it_follows_from_the_key_and_from_the_master():
    pair = aws_pair(HASH, b"master")
    assert aws_pair(HASH, b"master") == pair
    other = aws_pair(HASH, b"other master")
    assert other.access_key_id == pair.access_key_id
    assert other.secret_access_key != pair.secret_access_key
    rotated = aws_pair(hash_secret("vk-two"), b"master")
    assert rotated.access_key_id != pair.access_key_id
    assert rotated.secret_access_key != pair.secret_access_key


def test_without_a_master_there_is_no_pair():
    with pytest.raises(ValueError, match="empty"):
        aws_pair(HASH, b"")
