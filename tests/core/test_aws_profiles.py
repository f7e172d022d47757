"""AWS's two files, read as botocore reads them."""

from __future__ import annotations

import pytest
from botocore.configloader import load_config, raw_config_parse

from vanguard.core.aws_profiles import read_profiles
from vanguard.core.errors import SettingsError

CONFIG = """
# a comment
[default]
region = eu-west-1
s3 =
  addressing_style = path
[profile dev]
role_arn = arn:aws:iam::1:role/x
region: us-east-1
[profile "two words"]
region = a # not a comment
[profile broken quote']
region = b
[profile]
region = c
[profiled x]
region = d
[sso-session s]
sso_region = e
[other]
region = f
"""
CREDENTIALS = """
[dev]
aws_access_key_id = AKIA%(x)s
region = credentials
[only here]
aws_access_key_id = A
"""


def test_profiles_are_those_that_botocore_reads(tmp_path):
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "credentials").write_text(CREDENTIALS)
    found = read_profiles(CONFIG, CREDENTIALS)
    theirs = load_config(str(tmp_path / "config"))["profiles"]
    theirs["default"].pop("s3")
    ours = {name: dict(values) for name, values in found.config.items()}
    ours["default"].pop("s3")
    assert ours == theirs
    assert found.credentials == raw_config_parse(str(tmp_path / "credentials"))


def test_what_credentials_says_goes_first():
    found = read_profiles(CONFIG, CREDENTIALS)
    dev = found.merged("dev")
    assert dev is not None
    assert (dev["region"], dev["role_arn"]) == ("credentials", "arn:aws:iam::1:role/x")
    assert found.merged("only here") == {"aws_access_key_id": "A"}
    assert found.merged("gone") is None
    assert read_profiles("", "") == ({}, {})


@pytest.mark.parametrize("text", ["[a\nb = c", "b = secret", "[a]\n[a]\n", "[a]\nsecret\n"])
def test_what_is_no_such_file_is_refused_without_repeating_it(text):
    with pytest.raises(SettingsError, match="AWS's file credentials cannot be read") as caught:
        read_profiles("", text)
    assert "secret" not in caught.value.message
