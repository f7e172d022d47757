"""Works out where credentials for AWS come from: profiles, environment, container, web identity, machine.

It does not know how any of them is fetched. The order, and what counts as there, are botocore's (1.44,
2026-11), and a test holds the two together. Left out: logins that need a person (SSO, `aws login`, MFA)
and the files of boto 2 and of the first EC2 tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from vanguard.core.aws_profiles import Profile, Profiles
from vanguard.core.errors import UpstreamUnavailable
from vanguard.snapshot.model import AssumedRole
from vanguard.wire.sigv4 import AwsCredentials

DEFAULT = "default"
PROFILE = "profile/"

_KEYS = ("aws_access_key_id", "aws_secret_access_key")
_TOKENS = ("aws_security_token", "aws_session_token")
_SESSION = "vanguard"
_DURATION_S = 3600
# a profile that has one of these is a login, which a person must repeat
_SSO = ("sso_role_name", "sso_account_id")
_LOGIN = "login_session"
_MOST_PROFILES = 16
_CONTAINER = "http://169.254.170.2"
# ECS; EKS Pod Identity, by either protocol (SDKs and Tools Reference Guide, container credential provider)
_CONTAINER_HOSTS = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"})
_INSTANCE = "http://169.254.169.254"
_INSTANCE_IPV6 = "http://[fd00:ec2::254]"


class Static(NamedTuple):
    """A pair that is known."""

    credentials: AwsCredentials


class Container(NamedTuple):
    """A service beside the container; its answer wants a token where a file or a variable holds one."""

    url: str
    token: str = ""
    token_file: str = ""


class Instance(NamedTuple):
    """The machine's own metadata service."""

    url: str


class Process(NamedTuple):
    """A program that prints credentials."""

    command: str


class WebIdentity(NamedTuple):
    """A role that is assumed with a token which somebody else keeps fresh in a file."""

    role_arn: str
    token_file: str
    session_name: str
    sts_url: str


class Role(NamedTuple):
    """A role that is assumed with credentials from elsewhere."""

    role: AssumedRole
    source: Source


Source = Static | Container | Instance | Process | WebIdentity | Role


class Found(NamedTuple):
    """What is looked at.

    Attributes:
        variables: of the environment; the empty ones left out.
        profiles: of AWS's two files.
        sts_url: of the region, where roles are assumed.
    """

    variables: Mapping[str, str]
    profiles: Profiles
    sts_url: str


def find_source(name: str, found: Found) -> Source:
    """The first place that has credentials.

    Args:
        name: `default` for the whole order; `profile/NAME` for a profile, before which neither pair nor
            web identity of the environment counts.
        found: what there is.

    Raises:
        UpstreamUnavailable: a place is there and leads nowhere; the message says what to do.
    """
    named = name.removeprefix(PROFILE) if name.startswith(PROFILE) else ""
    variables = found.variables
    asked = named or variables.get("AWS_DEFAULT_PROFILE") or variables.get("AWS_PROFILE") or ""
    profile_name = asked or DEFAULT
    profile = found.profiles.merged(profile_name)
    source = None if named else _of_environment(variables)
    if source is not None:
        return source
    if asked and profile is None:
        raise UpstreamUnavailable(f"there is no AWS profile '{asked}' in config or credentials")
    looking = _Profiles(found)
    if profile is not None and _assumes(profile):
        return looking.assumed(profile_name, profile)
    return (
        looking.own(profile_name, {} if named else variables)
        or _of_container(variables)
        or _of_instance(variables, profile or {})
    )


def _of_environment(variables: Mapping[str, str]) -> Static | None:
    key_id = variables.get("AWS_ACCESS_KEY_ID")
    if not key_id:
        return None
    secret = variables.get("AWS_SECRET_ACCESS_KEY")
    if not secret:
        raise UpstreamUnavailable("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
    token = variables.get("AWS_SECURITY_TOKEN") or variables.get("AWS_SESSION_TOKEN") or ""
    return Static(AwsCredentials(key_id, secret, token))


def _of_container(variables: Mapping[str, str]) -> Container | None:
    relative = variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    full = variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if relative is None and full is None:
        return None
    url = _CONTAINER + relative if relative is not None else full or ""
    _check_container(url)
    token_file = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "")
    token = "" if token_file else variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
    return Container(url, token, token_file)


def _check_container(url: str) -> None:
    """Over plain HTTP a token goes to this machine and to AWS's own addresses, and nowhere else."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or host in _CONTAINER_HOSTS:
        return
    try:
        own = ip_address(host).is_loopback
    except ValueError:
        own = False
    if not own:
        raise UpstreamUnavailable(
            f"AWS_CONTAINER_CREDENTIALS_FULL_URI names the host '{host[:100]}', which is neither this"
            " machine nor one of AWS's; use https://"
        )


def _of_instance(variables: Mapping[str, str], profile: Profile) -> Instance:
    if variables.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise UpstreamUnavailable(
            "no AWS credentials were found: neither variables, profile, web identity nor container has"
            " any, and AWS_EC2_METADATA_DISABLED forbids to ask the machine"
        )

    def said(name: str) -> str:
        return variables.get(f"AWS_{name.upper()}") or profile.get(name) or ""

    url = said("ec2_metadata_service_endpoint")
    if not url:
        ipv6 = said("ec2_metadata_service_endpoint_mode").lower() == "ipv6"
        url = _INSTANCE_IPV6 if ipv6 else _INSTANCE
    return Instance(url.rstrip("/"))


def _assumes(profile: Profile) -> bool:
    return "role_arn" in profile and "web_identity_token_file" not in profile


def _pair(profile: Profile, name: str) -> Static | None:
    if _KEYS[0] not in profile:
        return None
    if _KEYS[1] not in profile:
        raise UpstreamUnavailable(f"the AWS profile '{name}' has {_KEYS[0]} and no {_KEYS[1]}")
    token = next((profile[one] for one in _TOKENS if one in profile), "")
    return Static(AwsCredentials(profile[_KEYS[0]], profile[_KEYS[1]], token))


def _login(name: str, by: str) -> UpstreamUnavailable:
    return UpstreamUnavailable(
        f"the AWS profile '{name}' is a login by {by}, which a person must repeat; give the gateway a"
        " role, or keys such as `aws configure export-credentials` prints"
    )


class _Profiles:
    """What profiles lead to; remembers which were seen, since one may name another."""

    def __init__(self, found: Found) -> None:
        self._profiles = found.profiles
        self._variables = found.variables
        self._sts_url = found.sts_url
        self._seen: list[str] = []

    def own(self, name: str, variables: Mapping[str, str]) -> Source | None:
        """What a profile has itself; web identity of the environment goes before the profile's."""
        merged = self._profiles.merged(name) or {}
        identity = self._web_identity(name, merged, variables)
        if identity is not None:
            return identity
        if any(one in merged for one in _SSO):
            raise _login(name, "SSO")
        pair = _pair(self._profiles.credentials.get(name, {}), name)
        if pair is not None:
            return pair
        if _LOGIN in merged:
            raise _login(name, "`aws login`")
        if "credential_process" in merged:
            return Process(merged["credential_process"])
        return _pair(self._profiles.config.get(name, {}), name)

    def _web_identity(
        self, name: str, profile: Profile, variables: Mapping[str, str]
    ) -> WebIdentity | None:
        def said(variable: str, setting: str) -> str:
            return variables.get(variable) or profile.get(setting) or ""

        token_file = said("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file")
        if not token_file:
            return None
        role_arn = said("AWS_ROLE_ARN", "role_arn")
        if not role_arn:
            raise UpstreamUnavailable(
                f"there is a web identity token for AWS and no role: set AWS_ROLE_ARN, or role_arn in the"
                f" profile '{name}'"
            )
        session = said("AWS_ROLE_SESSION_NAME", "role_session_name") or _SESSION
        return WebIdentity(role_arn, token_file, session, self._sts_url)

    def assumed(self, name: str, profile: Profile) -> Role:
        """The role that a profile assumes, with what its source leads to."""
        self._seen.append(name)
        if len(self._seen) > _MOST_PROFILES:
            raise UpstreamUnavailable(
                f"more than {_MOST_PROFILES} AWS profiles lean on one another"
            )
        if "mfa_serial" in profile:
            raise UpstreamUnavailable(
                f"the AWS profile '{name}' asks for a code (mfa_serial), which a gateway cannot type"
            )
        elsewhere, kind = profile.get("source_profile"), profile.get("credential_source")
        if (elsewhere is None) == (kind is None):
            both = "both" if elsewhere is not None else "neither"
            raise UpstreamUnavailable(
                f"the AWS profile '{name}' assumes a role and has {both} of source_profile and"
                " credential_source; it needs one"
            )
        if kind is not None:
            source = self._named_source(name, kind)
        else:
            source = self._source_profile(name, elsewhere or "")
        duration = profile.get("duration_seconds", "")
        return Role(
            AssumedRole(
                arn=profile["role_arn"],
                sts_url=self._sts_url,
                session_name=profile.get("role_session_name", _SESSION),
                external_id=profile.get("external_id", ""),
                duration_s=int(duration) if duration.isdecimal() else _DURATION_S,
            ),
            source,
        )

    def _source_profile(self, name: str, elsewhere: str) -> Source:
        source = self._profiles.merged(elsewhere)
        if source is None:
            raise UpstreamUnavailable(
                f"the AWS profile '{name}' names '{elsewhere}' as its source, which does not exist"
            )
        keys = any(one in source for one in _KEYS)
        if elsewhere in self._seen and (elsewhere != name or not keys):
            way = " -> ".join((*self._seen, elsewhere))
            raise UpstreamUnavailable(f"AWS profiles name one another in a ring: {way}")
        if keys or not _assumes(source):
            own = self.own(elsewhere, {})
            if own is None:
                raise UpstreamUnavailable(
                    f"the AWS profile '{elsewhere}', source of '{name}', has no credentials"
                )
            return own
        return self.assumed(elsewhere, source)

    def _named_source(self, name: str, kind: str) -> Source:
        variables = self._variables
        found: Source | None = None
        if kind == "Environment":
            found = _of_environment(variables)
        elif kind == "EcsContainer":
            found = _of_container(variables)
        elif kind == "Ec2InstanceMetadata":
            found = _of_instance(variables, self._profiles.merged(name) or {})
        else:
            raise UpstreamUnavailable(
                f"the AWS profile '{name}' has the credential_source '{kind}'; there are Environment,"
                " EcsContainer and Ec2InstanceMetadata"
            )
        if found is None:
            raise UpstreamUnavailable(
                f"the AWS profile '{name}' takes credentials from {kind}, which has none"
            )
        return found
