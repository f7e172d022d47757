"""Lists models in the shapes of Bedrock's control plane: inference profiles and foundation models.

It does not know upstreams: the list is the snapshot's, as far as the key may see it. Shapes: Amazon Bedrock
API reference, ListInferenceProfiles, GetInferenceProfile, ListFoundationModels, GetFoundationModel
(2026-11). Every name is in both lists, since every name may be sent as `modelId`; patterns are in neither.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

import msgspec

from vanguard.core.errors import InvalidRequest, ModelNotFound
from vanguard.gateway.aws.pairs import claim_of, is_signed
from vanguard.gateway.doors import Door
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.state import View, may_use
from vanguard.snapshot.model import Model

PROFILES = "inference-profiles"
MODELS = "foundation-models"

_LISTS = re.compile(rf"/aws/({PROFILES}|{MODELS})(?:/(.+))?")
_NAME_CHARACTERS = 2048
_MOST = 1000
_REGION = "us-east-1"
# nobody's, so that it is no account of AWS's
_ACCOUNT = "000000000000"
_APPLICATION = ":application-inference-profile/"
# `eu.anthropic.claude-…` is the profile of `anthropic.claude-…` in a part of the world
_AREA = re.compile(r"(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?=[^.]+\.)")

_encode = msgspec.json.Encoder().encode


class ListingDoor(Door, frozen=True, kw_only=True):
    """A list, or one row of it.

    Attributes:
        of: `inference-profiles` or `foundation-models`.
        name: of the one that is asked for; empty for all.
    """

    of: str
    name: str = ""


class _Row(NamedTuple):
    name: str
    model: Model
    region: str


def find_listing_door(path: str) -> ListingDoor | None:
    """The door at a path, None when it is no list.

    Args:
        path: percent-encoded, as it came.
    """
    found = _LISTS.fullmatch(path)
    if found is None:
        return None
    name = unquote(found[2] or "")
    if len(name) > _NAME_CHARACTERS:
        return None
    return ListingDoor("bedrock_converse", "models", "GET", of=found[1], name=name)


def known_name(view: View, name: str) -> str:
    """The name behind an ARN that such a list has told; a name or an ARN of the settings as it is."""
    if not name.startswith("arn:") or view.model(name) is not None:
        return name
    return name.rpartition("/")[2] or name


def answer_listing(exchange: Exchange, door: ListingDoor) -> bytes:
    """The body of the list or of the row that is asked for.

    Raises:
        ModelNotFound: no such model for this key.
        InvalidRequest: a part of the query is none.
    """
    if door.name:
        return _encode(_one(exchange, door))
    query = dict(parse_qsl(exchange.request.query))
    rows = _rows(exchange)
    if door.of == MODELS:
        found = [_summary(exchange, row) for row in rows]
        return _encode({"modelSummaries": [one for one in found if _wanted(one, query)]})
    kind = query.get("type", "")
    return _encode(_page([row for row in rows if kind in {"", _kind(row.name)}], query))


def _rows(exchange: Exchange) -> list[_Row]:
    view, key, region = exchange.view, exchange.key, _region(exchange)
    return [
        _Row(name, view.snapshot.models[target], region)
        for name, target in sorted(view.snapshot.names.items())
        if may_use(key, name, target)
    ]


def _region(exchange: Exchange) -> str:
    """The one that the client has signed for; a bearer key says none."""
    request = exchange.request
    return claim_of(request).place.region if is_signed(request) else _REGION


def _one(exchange: Exchange, door: ListingDoor) -> dict[str, object]:
    name = known_name(exchange.view, door.name)
    model = exchange.view.model(name)
    if model is None or not may_use(exchange.key, name, model.name):
        raise ModelNotFound(f"there is no model '{name[:200]}' for this key", param="model")
    row = _Row(name, model, _region(exchange))
    return _profile(row) if door.of == PROFILES else {"modelDetails": _summary(exchange, row)}


def _page(rows: list[_Row], query: Mapping[str, str]) -> dict[str, object]:
    """So many profiles as are asked for, behind the one at which the last page ended."""
    after, most = query.get("nextToken", ""), query.get("maxResults", "")
    if most and not (most.isdecimal() and 1 <= int(most[:5]) <= _MOST):
        raise InvalidRequest(f"maxResults: must be from 1 to {_MOST}", param="maxResults")
    try:
        last = base64.b64decode(after.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise InvalidRequest("nextToken: is none of this list's", param="nextToken") from error
    left = [row for row in rows if row.name > last]
    shown = left[: int(most) if most else _MOST]
    page: dict[str, object] = {"inferenceProfileSummaries": [_profile(row) for row in shown]}
    if len(shown) < len(left):
        page["nextToken"] = base64.urlsafe_b64encode(shown[-1].name.encode()).decode()
    return page


def _kind(name: str) -> str:
    return "APPLICATION" if _APPLICATION in name else "SYSTEM_DEFINED"


def _profile(row: _Row) -> dict[str, object]:
    name = row.name
    arn = f"arn:aws:bedrock:{row.region}:{_ACCOUNT}:inference-profile/{name}"
    created = datetime.fromtimestamp(row.model.created_at_ms / 1000, UTC)
    at = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "inferenceProfileName": name,
        "inferenceProfileId": name.rpartition("/")[2],
        "inferenceProfileArn": name if name.startswith("arn:") else arn,
        "models": [{"modelArn": _model_arn(row)}],
        "status": "ACTIVE",
        "type": _kind(name),
        "createdAt": at,
        "updatedAt": at,
    }


def _model_id(name: str) -> str:
    return _AREA.sub("", name.rpartition("/")[2], count=1)


def _model_arn(row: _Row) -> str:
    # an application's profile hides what it is for: the model's own name says more
    name = row.model.name if _APPLICATION in row.name else row.name
    return f"arn:aws:bedrock:{row.region}::foundation-model/{_model_id(name)}"


def _summary(exchange: Exchange, row: _Row) -> dict[str, object]:
    chat = row.model.kind == "chat"
    places = exchange.view.deployments(row.model)
    media = chat and all(one.reads_media for one in places)
    provider, dot, _ = _model_id(row.name).partition(".")
    return {
        "modelArn": _model_arn(row),
        "modelId": row.name,
        "modelName": row.name,
        "providerName": provider.capitalize() if dot else "Vanguard",
        "inputModalities": ["TEXT", "IMAGE"] if media else ["TEXT"],
        "outputModalities": ["TEXT"] if chat else ["EMBEDDING"],
        "responseStreamingSupported": chat,
        "customizationsSupported": [],
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": {"status": "ACTIVE"},
    }


# what a query may ask of a row, by the row's field
_FILTERS = {
    "byProvider": "providerName",
    "byCustomizationType": "customizationsSupported",
    "byOutputModality": "outputModalities",
    "byInferenceType": "inferenceTypesSupported",
}


def _wanted(row: Mapping[str, object], query: Mapping[str, str]) -> bool:
    for name, field in _FILTERS.items():
        value, held = query.get(name), row[field]
        if not value:
            continue
        if isinstance(held, list) and value not in held:
            return False
        if isinstance(held, str) and value.lower() != held.lower():
            return False
    return True
