import pytest

from vanguard.core.errors import StoreUnavailable
from vanguard.store.documents.seals import seal, unseal

SECRET = "a secret of the platform"


def test_what_is_sealed_opens_for_what_it_belongs_to_alone():
    sealed = seal("كلمة السر", SECRET, "doc_1")
    assert "كلمة".encode() not in sealed
    assert sealed != seal("كلمة السر", SECRET, "doc_1")
    assert unseal(sealed, SECRET, "doc_1") == "كلمة السر"
    for wrong in (
        (sealed, SECRET, "doc_2"),
        (sealed, "another secret", "doc_1"),
        (sealed[:-1], SECRET, "doc_1"),
        (b"short", SECRET, "doc_1"),
        (sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:], SECRET, "doc_1"),
    ):
        with pytest.raises(StoreUnavailable, match="cannot be opened"):
            unseal(*wrong)
