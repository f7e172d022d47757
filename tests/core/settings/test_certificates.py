import pytest

from support.certificates import Authority
from vanguard.core.errors import SettingsError
from vanguard.core.settings.certificates import absolute, check_certificates
from vanguard.core.settings.load import load_settings


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def loaded(tmp_path, text):
    path = tmp_path / "vanguard.yaml"
    path.write_text(text)
    return load_settings(path, {})


def model(**tls):
    lines = "".join(f"          {name}: {value}\n" for name, value in tls.items())
    return (
        "models:\n  m:\n    deployments:\n      - provider: openai\n"
        f"        base_url: https://models.test/v1\n        model: x\n        tls:\n{lines}"
    )


def complaint(tmp_path, text):
    with pytest.raises(SettingsError) as caught:
        check_certificates(loaded(tmp_path, text))
    return caught.value.message


def test_files_that_fit_are_no_matter(tmp_path, authority):
    pair = authority.issue("models.test")
    text = f"tls:\n  certificate: {pair.certificate}\n  key: {pair.key}\n"
    text += model(ca_file=authority.file, certificate=pair.certificate, key=pair.key)
    check_certificates(loaded(tmp_path, text))
    check_certificates(loaded(tmp_path, ""))


def test_each_fault_is_named_with_its_line(tmp_path, authority):
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    one, two = authority.issue("one.test"), authority.issue("two.test")
    text = f"tls:\n  certificate: {one.certificate}\n  key: {two.key}\n"
    assert complaint(tmp_path, text) == (
        "vanguard.yaml:2: tls.certificate: no PEM certificate with its key: key values mismatch"
    )
    said = complaint(tmp_path, f"tls:\n  key: {one.key}\n")
    assert said == "vanguard.yaml:2: tls.key: a key alone is of no use; set tls.certificate"
    said = complaint(tmp_path, f"tls:\n  certificate: {tmp_path}/none.pem\n")
    assert said.endswith("none.pem cannot be read: No such file or directory")
    said = complaint(tmp_path, model(ca_file=bad))
    assert said.startswith("vanguard.yaml:8: models.m.deployments[0].tls.ca_file: ")
    assert "holds no PEM certificates" in said
    said = complaint(tmp_path, model(certificate=one.certificate, key=tmp_path / "none"))
    assert said.startswith("vanguard.yaml:9: models.m.deployments[0].tls.key: ")
    said = complaint(tmp_path, f"gateway:\n  proxy_ca_file: {bad}\n")
    assert said.startswith("vanguard.yaml:2: gateway.proxy_ca_file: ")


def test_an_encrypted_key_is_refused_without_asking(tmp_path, authority):
    from cryptography.hazmat.primitives import serialization as form

    pair = authority.issue("models.test")
    with open(pair.key, "rb") as file:  # noqa: PTH123
        key = form.load_pem_private_key(file.read(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        key.private_bytes(
            form.Encoding.PEM,
            form.PrivateFormat.TraditionalOpenSSL,
            form.BestAvailableEncryption(b"secret"),
        )
    )
    text = f"tls:\n  certificate: {pair.certificate}\n  key: {locked}\n"
    assert "the key is encrypted" in complaint(tmp_path, text)


def test_giving_up_verification_is_warned_of(tmp_path):
    warnings = loaded(tmp_path, model(insecure_skip_verify="true")).warnings
    (warning,) = warnings
    assert warning.startswith(
        "vanguard.yaml:8: models.m.deployments[0].tls.insecure_skip_verify: its certificate is not"
    )
    assert loaded(tmp_path, model(insecure_skip_verify="false")).warnings == ()


def test_paths_are_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert absolute(None) == ""
    assert absolute(tmp_path.__class__("x.pem")) == str(tmp_path / "x.pem")
