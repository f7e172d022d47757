"""Works out how requests to a deployment at AWS are signed: region, credentials, role.

It does not know requests or secrets: credentials stay references, and of AWS's own files it reads the
region alone.
"""

from __future__ import annotations

import re
from pathlib import Path

from vanguard.core.aws_profiles import CONFIG, CREDENTIALS, Profile, read_profiles
from vanguard.core.errors import SettingsError
from vanguard.core.settings import environment
from vanguard.core.settings.loaded import Loaded
from vanguard.core.settings.sections.clouds import AssumeRoleSettings, AwsSettings
from vanguard.core.settings.tree import DeploymentSettings
from vanguard.snapshot.model import AssumedRole, Aws

# ids of models and of inference profiles, plain or at the end of an ARN
_ANTHROPIC = re.compile(r"(?:^|[./])anthropic\.claude")
_BEARER = "AWS_BEARER_TOKEN_BEDROCK"
_REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PAIR = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_TOKEN = "AWS_SESSION_TOKEN"  # noqa: S105 - the name of a variable
# EndpointName (SageMaker runtime API reference, InvokeEndpoint, 2026-11)
_ENDPOINT = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](?:-*[a-zA-Z0-9])*")
_ARN = re.compile(r"arn:[^:]*:bedrock:([a-z0-9-]+):")
_REGIONS = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_STS = "https://sts.{region}.amazonaws.com"
_DEFAULT = "default"


class Signing:
    """One deployment at AWS.

    Args:
        loaded: the settings.
        place: the deployment's, for errors.
        settings: the deployment's.
        takes_bearer: whether the service knows bearer keys; endpoints of SageMaker's do not.
    """

    def __init__(
        self, loaded: Loaded, place: str, settings: DeploymentSettings, *, takes_bearer: bool = True
    ) -> None:
        self._loaded = loaded
        self._place = place
        self._deployment = settings
        self._settings = settings.aws or AwsSettings()
        self._named = (self._settings.credentials or "").removeprefix("aws:")
        self.region = self._region()
        self._check(endpoint=not takes_bearer)
        self.bearer = self._bearer() if takes_bearer else ""
        self.aws = self._aws()

    def base_url(self, template: str) -> str:
        """A row's address with the region in it."""
        url = template.replace("{region}", self.region)
        return url + ".cn" if self.region.startswith("cn-") and url.endswith(".com") else url

    @property
    def account(self) -> str:
        """What tells two accounts apart that share an address."""
        role = self.aws.role
        if role is not None:
            return role.arn
        source = f"aws:{self.aws.source}" if self.aws.source else ""
        return self.bearer or self.aws.access_key_id or source

    @property
    def headers(self) -> dict[str, str]:
        """What of an endpoint is asked."""
        said = self._settings.endpoint
        if said is None:
            return {}
        told = {
            "x-amzn-sagemaker-inference-component": said.inference_component,
            "x-amzn-sagemaker-target-variant": said.target_variant,
            "x-amzn-sagemaker-target-model": said.target_model,
        }
        return {name: value for name, value in told.items() if value}

    def _check(self, *, endpoint: bool) -> None:
        """Refuses what belongs to the other service."""
        settings = self._settings
        if not endpoint:
            if settings.endpoint is not None:
                raise self._error(".aws.endpoint", "is for endpoints of SageMaker; remove it")
            return
        if self._deployment.api_key:
            raise self._error(".api_key", "SageMaker takes signed requests only; give a key pair")
        if settings.anthropic is not None or settings.anthropic_betas:
            raise self._error(".aws", "anthropic and anthropic_betas are for Bedrock; remove them")
        if not _ENDPOINT.fullmatch(self._deployment.model):
            raise self._error(
                ".model", "is the endpoint's name: letters, digits and hyphens, 63 at most"
            )

    def _region(self) -> str:
        """The setting, else what the model's ARN says, else the usual variables, else the profile's."""
        if self._settings.region:
            return self._settings.region
        named = _ARN.match(self._deployment.model)
        if named is not None:
            return named[1]
        for name in _REGION:
            if (value := environment.read(name)) is not None:
                return value
        region = self._profile().get("region", "")
        if not _REGIONS.fullmatch(region):
            words = f"the profile's region '{region[:50]}' is none" if region else "no region"
            raise self._error(
                "", f"{words}: set aws.region, or the environment variable AWS_REGION"
            )
        return region

    def _profile(self) -> Profile:
        """The profile that the gateway will take: the settings', else that of the variables."""
        name = self._named.removeprefix("profile/") if self._named != _DEFAULT else ""
        for variable in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"):
            name = name or environment.read(variable) or ""
        try:
            return (
                read_profiles(
                    _text("AWS_CONFIG_FILE", CONFIG),
                    _text("AWS_SHARED_CREDENTIALS_FILE", CREDENTIALS),
                ).merged(name or _DEFAULT)
                or {}
            )
        except SettingsError as error:
            raise self._error(".aws", error.message) from error

    def _bearer(self) -> str:
        """A reference; the usual variable goes to AWS's own address only."""
        settings = self._settings
        if self._deployment.api_key:
            if settings.access_key_id or settings.assume_role or self._named:
                raise self._error(".api_key", "is a bearer key; give it or a key pair, not both")
            return self._deployment.api_key
        if settings.access_key_id or settings.assume_role or self._named:
            return ""
        if self._deployment.base_url:
            return ""
        return f"env:{_BEARER}" if environment.read(_BEARER) is not None else ""

    def _aws(self) -> Aws:
        settings = self._settings
        anthropic = settings.anthropic
        if anthropic is None:
            anthropic = _ANTHROPIC.search(self._deployment.model) is not None
        pair = None if self.bearer else self._pair()
        key_id, secret, token = pair or ("", "", "")
        source = "" if self.bearer or pair else self._named or _DEFAULT
        return Aws(
            region=self.region,
            access_key_id=key_id,
            secret_access_key=secret,
            session_token=token,
            source=source,
            sts_url=self._sts_url() if source else "",
            role=self._role(settings.assume_role),
            anthropic=anthropic,
            betas=tuple(settings.anthropic_betas),
            endpoint_model=(settings.endpoint.model if settings.endpoint else None) or "",
        )

    def _pair(self) -> tuple[str, str, str] | None:
        """References to a pair and its token; None where the gateway looks for credentials itself."""
        settings = self._settings
        if settings.access_key_id and settings.secret_access_key:
            if self._named:
                raise self._error(".aws.credentials", "stands in place of a pair; give one of them")
            token = settings.session_token or ""
            return settings.access_key_id, settings.secret_access_key, token
        if settings.access_key_id or settings.secret_access_key:
            raise self._error(".aws", "a pair needs both access_key_id and secret_access_key")
        missing = [name for name in _PAIR if environment.read(name) is None]
        if self._named or len(missing) == len(_PAIR):
            return None
        if missing:
            raise self._error("", f"the environment variable {missing[0]} is not set")
        token = f"env:{_TOKEN}" if environment.read(_TOKEN) is not None else ""
        return f"env:{_PAIR[0]}", f"env:{_PAIR[1]}", token

    def _sts_url(self) -> str:
        return environment.read("AWS_ENDPOINT_URL_STS") or self.base_url(_STS)

    def _role(self, role: AssumeRoleSettings | None) -> AssumedRole | None:
        if role is None:
            return None
        return AssumedRole(
            arn=role.arn,
            sts_url=role.sts_url or self._sts_url(),
            session_name=role.session_name,
            external_id=role.external_id or "",
            tags=tuple(role.tags.items()),
            duration_s=role.duration_s,
        )

    def _error(self, field: str, words: str) -> SettingsError:
        return self._loaded.error(f"{self._place}{field}", words)


def _text(variable: str, usual: str) -> str:
    """The text of one of AWS's own files; empty where it is not there or not for us to read."""
    try:
        return Path(environment.read(variable) or usual).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError, RuntimeError):
        # the gateway says what is wrong with it, if it needs more than the region
        return ""
