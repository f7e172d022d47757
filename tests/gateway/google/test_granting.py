"""From a file or a machine to a token: the same requests, and the same token, as google-auth's."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote

import google.auth
import pytest
from google.auth import _default as theirs

from support.asking import World as Services
from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.google.federation import World
from vanguard.gateway.google.granting import grant

CLOUD = "https://www.googleapis.com/auth/cloud-platform"
IMPERSONATE = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken"
PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
FEDERATED = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"url": "http://127.0.0.1:1/token?a=b", "headers": {"X-One": "two"}},
}
WORKFORCE = {
    **FEDERATED,
    "audience": "//iam.googleapis.com/locations/global/workforcePools/p/providers/x",
    "workforce_pool_user_project": "p-1",
}
FILES = {
    "a person": PERSON,
    "federated": FEDERATED,
    "federated, as another": {
        **FEDERATED,
        "service_account_impersonation_url": IMPERSONATE,
        "service_account_impersonation": {"token_lifetime_seconds": 900},
    },
    "federated, with a client": {**FEDERATED, "client_id": "c", "client_secret": "s"},
    "workforce": WORKFORCE,
    "a person from elsewhere": {
        "type": "external_account_authorized_user",
        "audience": WORKFORCE["audience"],
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
        "token_url": "https://sts.googleapis.com/v1/oauthtoken",
        "token_info_url": "https://sts.googleapis.com/v1/introspect",
    },
    "a person, as another": {
        "type": "impersonated_service_account",
        "service_account_impersonation_url": IMPERSONATE,
        "source_credentials": PERSON,
        "delegates": [],
    },
}


def service(method, url):
    if url.startswith("http://127.0.0.1:1/"):
        return 200, b"sub.ject.token"
    if url.endswith(":generateAccessToken"):
        return 200, b'{"accessToken": "impersonated", "expireTime": "2099-01-01T00:00:00Z"}'
    return 200, json.dumps({"access_token": f"of {url}", "expires_in": 3600}).encode()


def essence(method, url, headers, body):
    """A request without what tells libraries apart."""
    names = {"authorization", "content-type", "x-one"}
    kept = {name.lower(): text for name, text in (headers or {}).items() if name.lower() in names}
    text = (body or b"").decode()
    if kept.get("content-type") == "application/json" and text:
        return method, url, kept, {name: one or [] for name, one in json.loads(text).items()}
    form = {name: one for name, (one,) in parse_qs(text).items()}
    if "options" in form:
        form["options"] = json.loads(unquote(form["options"]))
    return method, url, kept, form


class Googles:
    """The transport of google-auth."""

    def __init__(self):
        self.asked = []

    def __call__(self, url, method="GET", body=None, headers=None, timeout=None, **more):
        if "cloudresourcemanager" not in url:
            # it also looks up what the project is called
            self.asked.append(essence(method, url, headers, body))
        status, data = service(method, url)
        return SimpleNamespace(status=status, data=data, headers={})


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", FILES)
async def test_each_kind_of_file_is_used_as_googles_own_library_does(name, tmp_path, monkeypatch):
    file = tmp_path / "account.json"
    file.write_text(json.dumps(FILES[name]))
    transport = Googles()
    credentials, _ = google.auth.load_credentials_from_file(
        str(file), scopes=[CLOUD], request=transport
    )
    if not credentials.valid:
        credentials.refresh(transport)
    services = Services(lambda told: service(told.method, told.url))
    token = await grant(f"file:{file}", World(services.asker, {}, services.now_s))
    asked = [essence(one.method, one.url, one.headers, one.body) for one in services.asked]
    assert asked == [without_scope(one, name) for one in transport.asked]
    assert token.value.decode() == credentials.token


def without_scope(asked, name):
    """A login has the scopes that it was made with; google-auth repeats the wanted ones."""
    method, url, headers, body = asked
    if name.startswith("a person") and isinstance(body, dict):
        body.pop("scope", None) if "refresh_token" in body else None
    return method, url, headers, body


async def found(tmp_path, monkeypatch, answer=None, account="default", **variables):
    services = Services(answer or (lambda told: service(told.method, told.url)))
    variables = {"CLOUDSDK_CONFIG": str(tmp_path / "gcloud"), **variables}
    for one in ("GOOGLE_APPLICATION_CREDENTIALS", *variables):
        monkeypatch.delenv(one, raising=False)
    for one, text in variables.items():
        monkeypatch.setenv(one, text)
    token = await grant(account, World(services.asker, variables, services.now_s))
    return token, services


async def test_credentials_are_looked_for_where_googles_own_library_looks(tmp_path, monkeypatch):
    named, login = tmp_path / "named.json", tmp_path / "gcloud"
    login.mkdir()
    named.write_text(json.dumps(FEDERATED))
    variables = {"GOOGLE_APPLICATION_CREDENTIALS": str(named)}
    (login / "application_default_credentials.json").write_text(json.dumps(PERSON))
    token, _ = await found(tmp_path, monkeypatch, **variables)
    assert token.value == b"of https://sts.googleapis.com/v1/token"
    assert theirs._get_explicit_environ_credentials()[0] is not None
    token, _ = await found(tmp_path, monkeypatch)
    assert token.value == b"of https://oauth2.googleapis.com/token"
    assert theirs._get_explicit_environ_credentials()[0] is None
    (login / "application_default_credentials.json").unlink()
    token, services = await found(tmp_path, monkeypatch)
    (told,) = services.asked
    path = "/computeMetadata/v1/instance/service-accounts/default/token"
    assert told.url == f"http://metadata.google.internal{path}"
    assert (told.headers["metadata-flavor"], told.direct) == ("Google", True)
    token, services = await found(
        tmp_path, monkeypatch, account="metadata", GCE_METADATA_HOST="127.0.0.1:81"
    )
    assert services.asked[0].url == f"http://127.0.0.1:81{path}"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((404, b""), "HTTP 404"),
        (UpstreamError("gone"), "metadata server metadata.google.internal: gone"),
    ],
)
async def test_a_machine_without_an_account_is_told(tmp_path, monkeypatch, answer, words):
    with pytest.raises(UpstreamUnavailable, match=words):
        await found(tmp_path, monkeypatch, lambda told: answer)
    with pytest.raises(UpstreamUnavailable, match="address is none"):
        await found(tmp_path, monkeypatch, GCE_METADATA_HOST="a b")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "gdch_service_account"}, "type is 'gdch_service_account', not"),
        ({"type": "impersonated_service_account"}, "no source_credentials"),
        (
            {
                "type": "impersonated_service_account",
                "source_credentials": {"type": "impersonated_service_account"},
            },
            "no source_credentials",
        ),
        ({**FEDERATED, "token_url": "ftp://x"}, "cannot be used"),
        ({**FEDERATED, "service_account_impersonation_url": "nothing"}, "cannot be used"),
    ],
)
async def test_a_file_that_leads_nowhere_is_told(tmp_path, monkeypatch, fields, words):
    file = tmp_path / "account.json"
    file.write_text(json.dumps(fields))
    with pytest.raises(UpstreamUnavailable, match=words):
        await found(tmp_path, monkeypatch, account=f"file:{file}")
    with pytest.raises(UpstreamUnavailable, match="cannot be read"):
        await found(tmp_path, monkeypatch, account=f"file:{file}.gone")


async def test_googles_silence_is_told(tmp_path, monkeypatch):
    file = tmp_path / "account.json"
    file.write_text(json.dumps(PERSON))
    with pytest.raises(UpstreamUnavailable, match=r"oauth2\.googleapis\.com: gone"):
        await found(tmp_path, monkeypatch, lambda told: UpstreamError("gone"), f"file:{file}")
