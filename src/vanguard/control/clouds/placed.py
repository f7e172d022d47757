"""Where a deployment of a cloud is, and how its credential gets there.

It does not know models or prices. Addresses: Vertex AI, locations and endpoints; Azure OpenAI, REST
reference and v1 API (2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from vanguard.control.aws.signing import Signing
from vanguard.control.providers import ProviderRow
from vanguard.core.settings.certificates import absolute
from vanguard.core.settings.loaded import Loaded
from vanguard.core.settings.sections.clouds import AzureSettings, GoogleSettings
from vanguard.core.settings.tree import DeploymentSettings
from vanguard.snapshot.model import Aws

_BEARER = ("authorization", "Bearer ")
_MULTI_REGIONS = frozenset({"us", "eu"})
_AZURE_PATHS = {
    "chat": "/deployments/{model}/chat/completions?api-version=",
    "embeddings": "/deployments/{model}/embeddings?api-version=",
}


class Placed(NamedTuple):
    """A provider's row, filled in for one deployment.

    Attributes:
        base_url: the provider's own address; empty where there is none.
        paths: as in the snapshot's deployment.
        credential: a reference that follows from the settings of the cloud; empty for the usual one.
        aws: how requests are signed; with it, `credential` is a bearer key or empty.
        account: what tells two accounts apart that share an address; empty where the credential does.
        headers: sent besides the row's.
    """

    base_url: str
    paths: dict[str, str]
    credential: str
    auth_header: str
    auth_prefix: str
    aws: Aws | None = None
    account: str = ""
    headers: Mapping[str, str] = MappingProxyType({})


def placed(loaded: Loaded, place: str, settings: DeploymentSettings, row: ProviderRow) -> Placed:
    """The row with what the settings say about the cloud.

    Args:
        loaded: for its errors, which name file and line.
        place: of the deployment in the settings.
        settings: of the deployment.
        row: of its provider.

    Raises:
        SettingsError: what the cloud needs is missing, or is said of another provider.
    """
    clouds = {"aws": settings.aws, "google": settings.google, "azure": settings.azure}
    for cloud, said in clouds.items():
        if said is not None and row.cloud != cloud:
            raise loaded.error(
                f"{place}.{cloud}", f"says nothing about provider '{settings.provider}'; remove it"
            )
    if row.cloud == "aws":
        return _aws(Signing(loaded, place, settings, takes_bearer=bool(row.auth_header)), row)
    if row.cloud == "google":
        if settings.google is None:
            raise loaded.error(place, "Vertex needs google.project; set it, and google.location")
        return _google(settings.google, settings, row)
    if row.cloud == "azure":
        if settings.base_url is None and (settings.azure is None or not settings.azure.resource):
            raise loaded.error(place, "Azure needs azure.resource, the name in its address")
        return _azure(settings.azure or AzureSettings(), settings, row)
    return Placed(row.base_url, row.paths, "", row.auth_header, row.auth_prefix)


def _aws(signing: Signing, row: ProviderRow) -> Placed:
    return Placed(
        base_url=signing.base_url(row.base_url),
        paths=row.paths,
        credential=signing.bearer,
        auth_header="",
        auth_prefix="",
        aws=signing.aws,
        account=signing.account,
        headers=signing.headers,
    )


def _google(google: GoogleSettings, settings: DeploymentSettings, row: ProviderRow) -> Placed:
    location = google.location
    host = f"{location}-aiplatform.googleapis.com"
    if location == "global":
        host = "aiplatform.googleapis.com"
    elif location in _MULTI_REGIONS:
        host = f"aiplatform.{location}.rep.googleapis.com"
    base_url = row.base_url.format(host=host, project=google.project, location=location)
    credential = ""
    if settings.api_key is None:
        file = absolute(google.credentials)
        credential = f"google:file:{file}" if file else "google:default"
    return Placed(base_url, row.paths, credential, *_BEARER)


def _azure(azure: AzureSettings, settings: DeploymentSettings, row: ProviderRow) -> Placed:
    base_url, paths = row.base_url.format(resource=azure.resource or "resource"), row.paths
    if azure.api_version is not None:
        base_url = base_url.removesuffix("/v1")
        paths = {verb: path + azure.api_version for verb, path in _AZURE_PATHS.items()}
    if azure.token is not None and settings.api_key is None:
        return Placed(base_url, paths, azure.token, *_BEARER)
    return Placed(base_url, paths, "", row.auth_header, row.auth_prefix)
