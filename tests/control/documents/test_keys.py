import pytest

from vanguard.control.documents.keys import check_model
from vanguard.core.errors import Conflict, InvalidRequest
from vanguard.core.ids import hash_secret
from vanguard.store.documents.records import Wishes
from vanguard.store.documents.seals import unseal
from vanguard.store.keys import all_keys, revoke_key


def keys(service):
    with service.database.read() as connection:
        return [one for one in all_keys(connection) if one.name == "documents"]


def test_the_secret_that_seals_is_made_once_for_its_owner_alone(service, tmp_path):
    home = service.document_keys._home
    sealed = service.document_keys.seal("sesame", "doc_1", service.loaded)
    path = home / "documents-seal.key"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().strip()
    assert unseal(sealed, secret, "doc_1") == "sesame"
    service.document_keys.seal("sesame", "doc_2", service.loaded)
    assert path.read_text().strip() == secret


def test_the_key_that_asks_models_is_made_once_and_again_only_where_it_was_lost(service):
    ask = service.document_keys
    ask.ready_to_ask("admin-key", service.loaded)
    ask.ready_to_ask("admin-key", service.loaded)
    (made,) = keys(service)
    path = ask._home / "documents-model.key"
    assert (path.stat().st_mode & 0o777, hash_secret(path.read_text().strip())) == (
        0o600,
        made.hash,
    )
    path.write_text("vk-of another platform")
    ask.ready_to_ask("admin-key", service.loaded)
    assert len(keys(service)) == 2
    for one in keys(service):
        with service.database.write() as connection:
            revoke_key(connection, one.id, service.clock.now_ms())
    with pytest.raises(Conflict, match="revoked"):
        ask.ready_to_ask("admin-key", service.loaded)


def test_a_reader_and_its_model_go_together(service):
    check_model(Wishes(), service.catalogue)
    for wishes in (Wishes(reader="vision"), Wishes(model="eyes")):
        with pytest.raises(InvalidRequest, match="go"):
            check_model(wishes, service.catalogue)
    with pytest.raises(InvalidRequest, match="no model is called 'nobody'"):
        check_model(Wishes(reader="both", model="nobody"), service.catalogue)
