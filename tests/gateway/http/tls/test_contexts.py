import asyncio
import os
import shutil
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.http.tls import contexts
from vanguard.gateway.http.tls.contexts import Contexts, Sessions, client_context, server_name
from vanguard.snapshot.model import UpstreamTls


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_verification_is_on_by_default(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")  # what unit tests trust otherwise, see tests/conftest.py
    context = client_context(UpstreamTls())
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION
    assert len(context.get_ca_certs()) > 1


def test_authorities_of_ones_own_replace_the_systems(authority):
    context = client_context(UpstreamTls(ca_file=authority.file))
    assert len(context.get_ca_certs()) == 1
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_an_end_that_was_not_said_is_none_whatever_this_python_takes_it_for(monkeypatch):
    ignoring, made = 0x80, ssl.create_default_context

    def as_some_builds_make_it(**arguments):
        context = made(**arguments)
        context.options |= ignoring
        return context

    monkeypatch.setattr(ssl, "create_default_context", as_some_builds_make_it)
    assert not client_context(UpstreamTls()).options & ignoring


def test_verification_is_off_only_by_name(authority):
    context = client_context(UpstreamTls(ca_file=authority.file, insecure_skip_verify=True))
    assert context.verify_mode == ssl.CERT_NONE


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(tmp_path, pair):
    key = load_pem_private_key(Path(pair.key).read_bytes(), None)
    path = tmp_path / "locked.key"
    path.write_bytes(
        key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"secret")
        )
    )
    with pytest.raises(UpstreamUnavailable, match="the key is encrypted"):
        client_context(UpstreamTls("", pair.certificate, str(path)))


def test_the_name_to_verify():
    assert server_name(UpstreamTls(), "models.test.") == "models.test"
    assert server_name(UpstreamTls(server_name="other.test"), "10.0.0.7") == "other.test"


async def test_a_context_is_kept_until_its_files_change(tmp_path, authority):
    file = tmp_path / "ca.pem"
    shutil.copy(authority.file, file)
    options = UpstreamTls(ca_file=str(file))
    clock = Clock()
    told = []
    kept = Contexts(clock, told.append)
    first, same = await asyncio.gather(kept.trust(options), kept.trust(options))
    assert first is same
    clock.now += 2
    assert await kept.trust(options) is first
    os.utime(file, ns=(1, 1))
    assert await kept.trust(options) is first  # looked at a moment ago
    clock.now += 2
    second = await kept.trust(options)
    assert second is not first
    assert second.context is not first.context
    assert told == []
    file.write_text("being replaced")
    for _ in range(3):
        clock.now += 2
        assert await kept.trust(options) is second
    still = f"the old files stay in force ({file}): tls.ca_file of the deployment cannot be used: "
    assert told == [f"{still}no certificate or crl found"]
    file.unlink()
    for _ in range(3):
        clock.now += 2
        assert await kept.trust(options) is second
    assert told[1:] == [f"{still}No such file or directory"]


async def test_what_never_worked_is_an_error(tmp_path):
    kept = Contexts(Clock(), print)
    with pytest.raises(UpstreamUnavailable, match=r"tls\.ca_file"):
        await kept.trust(UpstreamTls(ca_file=str(tmp_path / "none.pem")))


async def test_contexts_are_bounded(monkeypatch):
    monkeypatch.setattr(contexts, "_MOST_CONTEXTS", 2)
    monkeypatch.setattr(contexts, "client_context", lambda options: options)
    kept = Contexts(Clock(), print)
    for number in range(5):
        await kept.trust(UpstreamTls(server_name=str(number)))
    assert len(kept._known) == 2


def test_sessions_are_bounded_and_grow_old(monkeypatch):
    monkeypatch.setattr(contexts, "_MOST_SESSIONS", 2)
    sessions = Sessions()
    for number in range(4):
        assert sessions.is_due("models.test", number, 0.0, resumed=False)
        sessions.keep("models.test", number, object(), 0.0)
    sessions.keep("models.test", 3, None, 0.0)
    sessions.keep("models.test", 9, object(), 0.0)  # nobody asked for it
    assert len(sessions) == 2
    assert sessions.get("models.test", 3, 10.0) is not None
    assert sessions.get("models.test", 0, 10.0) is None
    assert sessions.get("other.test", 3, 10.0) is None
    assert sessions.get("models.test", 3, 10_000.0) is None


def test_a_session_is_read_seldom_whatever_the_server_does():
    sessions = Sessions()

    def reads(hours, *, resumed):
        seconds = range(hours * 3_600)
        return sum(sessions.is_due("m", 443, 5.0 + at, resumed=resumed) for at in seconds)

    assert reads(1, resumed=True) == 6
    sessions = Sessions()
    assert reads(1, resumed=False) == 60


def test_a_server_that_no_longer_resumes_is_asked_for_another_session_soon():
    sessions = Sessions()
    assert sessions.is_due("m", 443, 0.0, resumed=False)
    assert not sessions.is_due("m", 443, 59.0, resumed=False)
    assert not sessions.is_due("m", 443, 61.0, resumed=True)
    assert sessions.is_due("m", 443, 62.0, resumed=False)
