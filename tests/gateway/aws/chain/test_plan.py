"""Where credentials come from: the same place, and the same keys, as botocore finds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import botocore.exceptions
import botocore.session
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from support.asking import NOW_S, World, sts_answer
from vanguard.core.aws_profiles import Profiles, read_profiles
from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.aws.chain.plan import (
    Container,
    Found,
    Instance,
    Process,
    Role,
    WebIdentity,
    find_source,
)
from vanguard.gateway.aws.chain.sources import Place, Sources

STS = "https://sts.eu-west-1.amazonaws.com"
FAR = "2099-01-01T00:00:00Z"


def made_by(caller: str, **said: object) -> str:
    """The key id of a session: another for each caller and each wish."""
    told = "|".join([caller, *(f"{name}={said[name]}" for name in sorted(said))])
    return "ASIA" + sha256(told.encode()).hexdigest()[:12]


class Sts:
    """What botocore asks in place of the real service."""

    def __init__(self, caller: str) -> None:
        self._caller = caller

    def _session(self, key_id: str) -> dict[str, Any]:
        keys = {
            "AccessKeyId": key_id,
            "SecretAccessKey": f"secret-of-{key_id}",
            "SessionToken": f"token-of-{key_id}",
            "Expiration": datetime(2099, 1, 1, tzinfo=UTC),
        }
        return {"Credentials": keys}

    def assume_role(self, **said: Any) -> dict[str, Any]:
        said.pop("RoleSessionName")
        said.setdefault("DurationSeconds", 3600)
        return self._session(made_by(self._caller, **said))

    def assume_role_with_web_identity(self, **said: Any) -> dict[str, Any]:
        said.pop("RoleSessionName")
        return self._session(made_by("", **said))


class Session(botocore.session.Session):
    def create_client(self, service: str, *_: Any, **more: Any) -> Any:
        assert service == "sts"
        return Sts(more.get("aws_access_key_id") or "")


def our_sts(told: Any) -> tuple[int, bytes]:
    form = {**told.form}
    action = form.pop("Action")
    for name in ("Version", "RoleSessionName"):
        form.pop(name)
    caller = ""
    if action == "AssumeRole":
        caller = told.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        form["DurationSeconds"] = int(form["DurationSeconds"])
    else:
        assert "authorization" not in told.headers
    return 200, sts_answer(made_by(caller, **form), FAR)


@contextmanager
def surroundings(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in [one for one in before if one.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def botocores(profile: str | None) -> tuple[str, str, str] | None:
    session = Session(profile=profile)
    session.set_config_variable("region", "eu-west-1")
    try:
        found = session.get_credentials()
        keys = found.get_frozen_credentials() if found is not None else None
    except (botocore.exceptions.BotoCoreError, ValueError, KeyError, OSError):
        return None
    return None if keys is None else (keys.access_key, keys.secret_key, keys.token or "")


async def ours(profile: str | None, variables: Mapping[str, str]) -> tuple[str, str, str] | None:
    world = World(our_sts)
    sources = Sources(world.asker, world.around, lambda: variables)
    name = f"profile/{profile}" if profile else "default"
    try:
        keys = await sources.keeper(Place(name, "eu-west-1", STS)).get()
    except UpstreamUnavailable:
        return None
    return keys.access_key_id, keys.secret_access_key, keys.session_token


NAMES = ("default", "a", "b", "c d")
TEXTS = st.sampled_from(["v1", "v2"])
PAIRS = st.fixed_dictionaries(
    {"aws_access_key_id": st.sampled_from(["AK1", "AK2", "AK3"]), "aws_secret_access_key": TEXTS},
    optional={"aws_session_token": TEXTS},
)
ROLES = st.fixed_dictionaries(
    {"role_arn": st.sampled_from(["arn:aws:iam::1:role/x", "arn:aws:iam::1:role/y"])},
    optional={
        "source_profile": st.sampled_from((*NAMES, "gone")),
        "credential_source": st.sampled_from(["Environment", "EcsContainer", "Nobody"]),
        "external_id": TEXTS,
        "role_session_name": TEXTS,
        "duration_seconds": st.sampled_from(["900", "1200", "soon"]),
        "web_identity_token_file": st.sampled_from(["TOKEN", "/gone"]),
    },
)
ODDS = st.fixed_dictionaries(
    {}, optional={"region": TEXTS, "aws_access_key_id": TEXTS, "s3": st.just("\n  a = b")}
)
PROFILES = st.lists(st.one_of(PAIRS, ROLES, ROLES, ODDS), min_size=1, max_size=2).map(
    lambda parts: {name: value for part in parts for name, value in part.items()}
)
HOMES = st.dictionaries(st.sampled_from(NAMES), PROFILES, max_size=4)
VARIABLES = st.fixed_dictionaries(
    {},
    optional={
        "AWS_ACCESS_KEY_ID": st.sampled_from(["AKENV"]),
        "AWS_SECRET_ACCESS_KEY": TEXTS,
        "AWS_SESSION_TOKEN": TEXTS,
        "AWS_PROFILE": st.sampled_from(NAMES),
        "AWS_WEB_IDENTITY_TOKEN_FILE": st.sampled_from(["TOKEN", "/gone"]),
        "AWS_ROLE_ARN": st.just("arn:aws:iam::1:role/web"),
    },
)


def written(home: Mapping[str, Mapping[str, str]], *, config: bool, token: str) -> str:
    lines = []
    for name, values in home.items():
        quoted = f"'{name}'" if " " in name else name
        lines.append(f"[profile {quoted}]" if config and name != "default" else f"[{name}]")
        lines += [f"{one} = {text.replace('TOKEN', token)}" for one, text in values.items()]
    return "\n".join(lines) + "\n"


CHAIN = {
    "a": {"role_arn": "arn:aws:iam::1:role/x", "source_profile": "b", "external_id": "v1"},
    "b": {"role_arn": "arn:aws:iam::1:role/y", "source_profile": "c d"},
    "c d": {"aws_access_key_id": "AK1", "aws_secret_access_key": "v1"},
}
SELF = {"a": {**CHAIN["c d"], "role_arn": "arn:aws:iam::1:role/x", "source_profile": "a"}}
WEB = {"a": {"role_arn": "arn:aws:iam::1:role/x", "web_identity_token_file": "TOKEN"}}


@given(HOMES, HOMES, VARIABLES, st.sampled_from([None, *NAMES]))
@example(CHAIN, {}, {}, "a")
@example(CHAIN, {}, {"AWS_PROFILE": "b"}, None)
@example(SELF, {}, {}, "a")
@example(WEB, {}, {}, "a")
@example({"b": {"role_arn": "arn:aws:iam::1:role/y", "source_profile": "a"}, **WEB}, {}, {}, "b")
@example({}, {"a": CHAIN["c d"]}, {"AWS_ACCESS_KEY_ID": "AKENV"}, "a")
@example({"a": {"region": "v1"}}, {}, {"AWS_SESSION_TOKEN": "v1"}, "a")
async def test_the_keys_are_those_that_botocore_finds(home, keys, variables, profile):
    folder = Path(os.environ["VANGUARD_TEST_HOME"])
    token = folder / "token"
    token.write_text("a.web.token")
    (folder / "config").write_text(written(home, config=True, token=str(token)))
    (folder / "credentials").write_text(written(keys, config=False, token=str(token)))
    said = {name: text.replace("TOKEN", str(token)) for name, text in variables.items()}
    if said.get("AWS_PROFILE") not in {*home, *keys}:
        # botocore then takes nothing at all; here a pair of the environment still serves
        said.pop("AWS_PROFILE", None)
    said |= {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with surroundings(said):
        wanted = botocores(profile)
    event("found" if wanted else "none")
    assert await ours(profile, said) == wanted


@pytest.fixture(autouse=True)
def _home(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("VANGUARD_TEST_HOME", str(tmp_path_factory.mktemp("aws")))
    # boto 2's own files would be found last of all
    monkeypatch.setenv("BOTO_CONFIG", "/nowhere")


def found(config: str = "", credentials: str = "", **variables: str) -> Found:
    return Found(variables, read_profiles(config, credentials), STS)


NO_PROFILES = Profiles({}, {})


def test_the_machine_is_asked_last():
    assert find_source("default", found()) == Instance("http://169.254.169.254")
    ipv6 = found(AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE="IPv6")
    assert find_source("default", ipv6) == Instance("http://[fd00:ec2::254]")
    own = found("[default]\nec2_metadata_service_endpoint = http://10.0.0.1/\n")
    assert find_source("default", own) == Instance("http://10.0.0.1")
    with pytest.raises(UpstreamUnavailable, match="AWS_EC2_METADATA_DISABLED"):
        find_source("default", found(AWS_EC2_METADATA_DISABLED="True"))


def test_a_container_comes_before_the_machine():
    ecs = found(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/v2/x")
    assert find_source("default", ecs) == Container("http://169.254.170.2/v2/x")
    eks = found(
        AWS_CONTAINER_CREDENTIALS_FULL_URI="http://169.254.170.23/v1/credentials",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="/var/run/token",
        AWS_CONTAINER_AUTHORIZATION_TOKEN="not this one",
    )
    wanted = Container("http://169.254.170.23/v1/credentials", "", "/var/run/token")
    assert find_source("default", eks) == wanted
    # a profile that has no credentials does not stand in the way of them
    there = Found(eks.variables, read_profiles("[profile p]\nregion = x\n", ""), STS)
    assert find_source("profile/p", there) == wanted


@pytest.mark.parametrize("host", ["10.0.0.1", "example.com", "169.254.169.254", "[fd00::1]", ""])
def test_a_token_goes_to_nobody_else_over_plain_http(host):
    with pytest.raises(UpstreamUnavailable, match="neither this machine nor"):
        find_source("default", found(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://{host}/x"))
    for good in (f"https://{host}/x", "http://127.0.0.2/x", "http://[::1]/x", "http://localhost/x"):
        assert find_source("default", found(AWS_CONTAINER_CREDENTIALS_FULL_URI=good))


def test_a_program_and_a_web_identity():
    config = "[profile p]\ncredential_process = /opt/helper 'a b'\n"
    assert find_source("profile/p", found(config)) == Process("/opt/helper 'a b'")
    web = found(AWS_WEB_IDENTITY_TOKEN_FILE="/t", AWS_ROLE_ARN="arn", AWS_ROLE_SESSION_NAME="me")
    assert find_source("default", web) == WebIdentity("arn", "/t", "me", STS)


def test_a_role_is_assumed_at_the_regions_sts_with_what_its_profile_says():
    config = (
        "[profile p]\nrole_arn = arn:x\ncredential_source = Ec2InstanceMetadata\n"
        "external_id = e\nrole_session_name = me\nduration_seconds = 900\n"
    )
    source = find_source("profile/p", found(config))
    assert isinstance(source, Role)
    assert source.source == Instance("http://169.254.169.254")
    role = source.role
    assert (role.arn, role.sts_url, role.external_id) == ("arn:x", STS, "e")
    assert (role.session_name, role.duration_s) == ("me", 900)


RING = (
    "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nrole_arn = s\nsource_profile = p\n"
)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("", "no AWS profile 'p'"),
        ("[profile p]\nsso_account_id = 1\n", "a login by SSO"),
        ("[profile p]\nlogin_session = x\n", "a login by `aws login`"),
        ("[profile p]\nrole_arn = r\nmfa_serial = m\nsource_profile = p\n", "mfa_serial"),
        ("[profile p]\nrole_arn = r\n", "has neither of source_profile"),
        (
            "[profile p]\nrole_arn = r\nsource_profile = p\ncredential_source = Environment\n",
            "has both of source_profile",
        ),
        ("[profile p]\nrole_arn = r\nsource_profile = q\n", "which does not exist"),
        ("[profile p]\nrole_arn = r\ncredential_source = Nobody\n", "'Nobody'; there are"),
        ("[profile p]\nrole_arn = r\ncredential_source = Environment\n", "which has none"),
        ("[profile p]\naws_access_key_id = a\n", "no aws_secret_access_key"),
        ("[profile p]\nweb_identity_token_file = t\n", "and no role"),
        (
            RING,
            "ring: p -> q -> p",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nregion = x\n",
            "has no credentials",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q0\n"
            + "".join(
                f"[profile q{n}]\nrole_arn = r\nsource_profile = q{n + 1}\n" for n in range(40)
            ),
            "more than 16",
        ),
    ],
)
def test_what_leads_nowhere_says_what_to_do(config, words):
    with pytest.raises(UpstreamUnavailable, match=words):
        find_source("profile/p", found(config))


def test_the_clock_of_these_tests_is_before_every_end():
    assert datetime.fromisoformat(FAR).timestamp() > NOW_S
