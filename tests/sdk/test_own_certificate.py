import shutil
import socket
import ssl
import threading
from pathlib import Path

import pytest

from support.certificates import Authority
from vanguard.sdk.own_certificate import OwnCertificate, verification


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def meets(context: ssl.SSLContext, pair) -> bool:
    """Whether a server that shows `pair` is believed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            plain, _ = listener.accept()
            try:
                pair.server().wrap_socket(plain, server_side=True).close()
            except OSError:
                plain.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with socket.create_connection(listener.getsockname(), timeout=5) as plain:
                context.wrap_socket(plain, server_hostname="127.0.0.1").close()
        except ssl.SSLCertVerificationError:
            return False
        finally:
            thread.join()
    return True


def test_the_certificate_itself_is_believed_whatever_its_name_and_age(authority):
    for pair in (authority.issue("models.test"), authority.issue("models.test", expired=True)):
        assert meets(OwnCertificate(pair.certificate).context, pair)


def test_nobody_else_is(authority, tmp_path):
    own = authority.issue("models.test")
    context = OwnCertificate(own.certificate).context
    assert not meets(context, authority.issue("models.test"))
    assert not meets(context, Authority(tmp_path).issue("127.0.0.1"))


def test_the_authorities_behind_it_in_its_file_sign_for_others_too(authority, tmp_path):
    own = authority.issue("models.test")
    chain = tmp_path / "chain.pem"
    chain.write_text(Path(own.certificate).read_text() + Path(authority.file).read_text())
    context = OwnCertificate(str(chain)).context
    assert meets(context, own)
    assert not meets(context, authority.issue("models.test"))


def test_a_newer_certificate_is_believed_too(authority, tmp_path):
    older, newer = authority.issue("models.test"), authority.issue("models.test")
    live = tmp_path / "live.pem"
    shutil.copy(older.certificate, live)
    own = OwnCertificate(str(live))
    shutil.copy(newer.certificate, live)
    assert not meets(own.context, newer)
    own.refresh()
    assert meets(own.context, newer)
    assert meets(own.context, older)


def test_a_file_that_cannot_be_read_is_believed_to_hold_nothing(authority, tmp_path):
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    pair = authority.issue("models.test")
    for path in (bad, tmp_path / "none.pem"):
        assert not meets(OwnCertificate(str(path)).context, pair)


def test_without_a_file_the_systems_authorities_count(authority):
    assert verification("") is True
    assert isinstance(verification(authority.issue("x.test").certificate), ssl.SSLContext)
