"""Checks what one field alone cannot show: names that must exist elsewhere, and secrets.

It does not know the packaged rows of providers; control checks those, with the same line numbers.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path

from vanguard.core.addresses import read_address
from vanguard.core.errors import SettingsError
from vanguard.core.settings.loaded import Loaded, admin_key_of, resolve
from vanguard.core.settings.names import dotted, suggestion
from vanguard.core.settings.tree import PriceSettings

# models that the engine may bring, of which the settings do not know
_EMBEDDED = frozenset({"default"})

# RFC 9110, 5.6.2
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# said of the body or the connection by the gateway alone; hop by hop: RFC 9110, 7.6.1
_NOT_OURS_TO_SET = frozenset(
    [
        "host",
        "content-type",
        "content-length",
        "accept-encoding",
        "user-agent",
        "expect",
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)

_NEVER_SENT = frozenset({"documents.seal_key", "aws.master_key"})

_STORE = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://.*|sqlite(?:\+\w+)?:///(?P<path>[^?]+)(?:\?.*)?", re.DOTALL
)


def check_names(loaded: Loaded) -> None:
    """What is named must exist, an alias lead to one model, and a model's routing make sense.

    Raises:
        SettingsError: one line for each that does not.
    """
    lines = [*_unknown_guardrails(loaded), *_doubled_aliases(loaded)]
    lines += [*_wrong_fallbacks(loaded), *_idle_weights(loaded), *_short_contexts(loaded)]
    lines += _lost_corrections(loaded)
    if lines:
        raise SettingsError("\n".join(lines))


def check_gateway(loaded: Loaded) -> None:
    """Bounds must leave room for one another, and what is reached without a proxy must be readable.

    Raises:
        SettingsError: one line for each that does not.
    """
    gateway, lines = loaded.settings.gateway, []
    if gateway.max_buffered_mb < gateway.max_body_mb:
        words = f"must be at least gateway.max_body_mb, {gateway.max_body_mb}: no larger body could come"
        lines.append(loaded.error("gateway.max_buffered_mb", words).message)
    for entry in (gateway.no_proxy or "").split(","):
        network = entry.strip()
        if "/" in network and not _is_network(network):
            words = f"'{network}' is no network; write it as 10.0.0.0/8 or fd00::/8"
            lines.append(loaded.error("gateway.no_proxy", words).message)
    if lines:
        raise SettingsError("\n".join(lines))


def check_upstreams(loaded: Loaded) -> None:
    """Addresses must be such as the gateway can read, and headers such as it can send.

    Raises:
        SettingsError: one line for each that is not.
    """
    lines = [*_wrong_headers(loaded)]
    for place, url in _addresses(loaded):
        try:
            read_address(url)
        except ValueError as error:
            lines.append(loaded.error(place, str(error)).message)
    if lines:
        raise SettingsError("\n".join(lines))


def _addresses(loaded: Loaded) -> Iterator[tuple[str, str]]:
    for model, settings in loaded.settings.models.items():
        for index, deployment in enumerate(settings.deployments):
            place = f"models.{model}.deployments[{index}]"
            if deployment.base_url is not None:
                yield f"{place}.base_url", deployment.base_url
            role = deployment.aws.assume_role if deployment.aws else None
            if role is not None and role.sts_url is not None:
                yield f"{place}.aws.assume_role.sts_url", role.sts_url
    proxy = loaded.settings.gateway.proxy
    if proxy and proxy.startswith(("http://", "https://")):
        yield "gateway.proxy", proxy


def _wrong_headers(loaded: Loaded) -> Iterator[str]:
    for model, settings in loaded.settings.models.items():
        for index, deployment in enumerate(settings.deployments):
            names: set[str] = set()
            for name, value in deployment.headers.items():
                fault = _header_fault(name, value)
                if not fault and name.lower() in names:
                    fault = "is given twice"
                if fault:
                    place = dotted(("models", model, "deployments", index, "headers", name))
                    yield f"{loaded.place(place)}: {fault}"
                names.add(name.lower())


def _header_fault(name: str, value: str) -> str:
    """Why a header cannot be sent; its value may be a secret, and is not repeated."""
    if not _TOKEN.fullmatch(name):
        return "is no name of a header: letters, digits and - _ . alone, not empty"
    if name.lower() in _NOT_OURS_TO_SET:
        return "the gateway sets this header itself, or it is of the connection; remove it"
    if any(one > "\xff" or (one < " " and one != "\t") or one == "\x7f" for one in value):
        return "its value holds a line break, or a character that no header can (Latin-1 can)"
    return ""


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def check_references(loaded: Loaded) -> None:
    """Every `env:NAME` must be set in this process, every `file:/path` be readable, and hold a secret.

    Raises:
        SettingsError: one line for each that is not.
    """
    lines = [*_unreadable_accounts(loaded)]
    for name, reference in _references(loaded):
        try:
            _check_secret(resolve(reference, loaded, name), loaded, name)
        except SettingsError as error:
            lines.append(error.message)
    for check in (_check_store, admin_key_of):
        try:
            check(loaded)
        except SettingsError as error:
            lines.append(error.message)
    if lines:
        raise SettingsError("\n".join(lines))


def _check_secret(secret: str, loaded: Loaded, name: str) -> None:
    # what is sealed with or derived from is never sent, and may be anything
    if name not in _NEVER_SENT and any(one < " " or one == "\x7f" for one in secret.strip()):
        raise loaded.error(
            name, "it holds more than one line, or a control character; no header can"
        )
    if not secret.strip():
        raise loaded.error(name, "it holds nothing but spaces")


def _references(loaded: Loaded) -> Iterator[tuple[str, str]]:
    for model, settings in loaded.settings.models.items():
        for index, deployment in enumerate(settings.deployments):
            place = f"models.{model}.deployments[{index}]"
            if deployment.api_key:
                yield f"{place}.api_key", deployment.api_key
            for name in ("access_key_id", "secret_access_key", "session_token"):
                reference = getattr(deployment.aws, name, None)
                if reference:
                    yield f"{place}.aws.{name}", reference
            if deployment.azure and deployment.azure.token:
                yield f"{place}.azure.token", deployment.azure.token
    documents = loaded.settings.documents
    single = {
        "aws.master_key": loaded.settings.aws.master_key,
        "documents.model_key": documents.model_key,
        "documents.seal_key": documents.seal_key,
    }
    yield from ((name, reference) for name, reference in single.items() if reference)
    proxy = loaded.settings.gateway.proxy
    if proxy and proxy.startswith(("env:", "file:")):
        yield "gateway.proxy", proxy


def _unreadable_accounts(loaded: Loaded) -> Iterator[str]:
    for model, settings in loaded.settings.models.items():
        for index, deployment in enumerate(settings.deployments):
            path = deployment.google.credentials if deployment.google else None
            if path is None:
                continue
            try:
                with path.expanduser().open("rb") as file:
                    file.read(1)
            except OSError as error:
                place = loaded.place(f"models.{model}.deployments[{index}].google.credentials")
                yield f"{place}: {path} cannot be read: {error.strerror}"


def _check_store(loaded: Loaded) -> None:
    """Control would die of what no database can be at, again and again.

    Raises:
        SettingsError: the scheme is not one of ours, or SQLite's file would lie in no folder.
    """
    url = loaded.settings.store.url
    if not url:
        return
    if url.startswith(("env:", "file:")):
        url = resolve(url, loaded, "store.url")
        _check_secret(url, loaded, "store.url")
    found = _STORE.fullmatch(url)
    if found is None or found["path"] == ":memory:":
        # not repeated: it may hold a password
        raise loaded.error("store.url", "expected postgresql://… or sqlite:////absolute/path.db")
    if not found["path"]:
        return
    folder = Path(found["path"]).absolute().parent
    if not folder.is_dir() and folder != loaded.settings.home.expanduser().absolute():
        raise loaded.error("store.url", f"there is no folder {folder} for the database; make it")


def _lost_corrections(loaded: Loaded) -> Iterator[str]:
    """A document's corrections must not be forgotten while its results are made of them."""
    tasks, documents = (
        loaded.settings.review.retention_days,
        loaded.settings.documents.retention_days,
    )
    if tasks and (not documents or tasks < documents):
        kept = f"{documents:g} days" if documents else "for ever"
        words = f"documents are kept {kept}, and their results are made of corrections: keep these as long"
        yield loaded.error("review.retention_days", words).message


def _unknown_guardrails(loaded: Loaded) -> Iterator[str]:
    known = loaded.settings.guardrails
    uses = [("default_guardrails", loaded.settings.default_guardrails)]
    uses += [(f"models.{m}.guardrails", s.guardrails) for m, s in loaded.settings.models.items()]
    for place, names in uses:
        for index, name in enumerate(names):
            if name not in known:
                at = loaded.place(f"{place}[{index}]")
                yield f"{at}: no guardrail is called '{name}'{suggestion(name, known)}"


def _doubled_aliases(loaded: Loaded) -> Iterator[str]:
    owners = dict.fromkeys(loaded.settings.models, "")
    for model, settings in loaded.settings.models.items():
        for index, alias in enumerate(settings.aliases):
            place = loaded.place(f"models.{model}.aliases[{index}]")
            if alias not in owners:
                owners[alias] = model
            elif owners[alias] == "":
                yield f"{place}: '{alias}' is the name of a model already"
            else:
                yield f"{place}: '{alias}' is an alias of {owners[alias]} already"


def _wrong_fallbacks(loaded: Loaded) -> Iterator[str]:
    models = loaded.settings.models
    owners = {alias: name for name, one in models.items() for alias in one.aliases}
    for model, settings in models.items():
        if "fallback_on" in settings.model_fields_set and not settings.fallbacks:
            place = loaded.place(f"models.{model}.fallback_on")
            yield f"{place}: means nothing without models.{model}.fallbacks"
        for index, name in enumerate(settings.fallbacks):
            place = loaded.place(f"models.{model}.fallbacks[{index}]")
            other = models.get(name) or models.get(owners.get(name, ""))
            if other is settings:
                yield f"{place}: a model cannot be its own fallback"
            elif other is None and name not in _EMBEDDED:
                yield f"{place}: no model is called '{name}'{suggestion(name, models)}"
            elif settings.kind != "chat" or (other is not None and other.kind != "chat"):
                yield f"{place}: vectors of two models cannot be compared; fallbacks are for chat"
            elif other is not None and (more := set(other.guardrails) - set(settings.guardrails)):
                yield (
                    f"{place}: '{name}' is guarded by {', '.join(sorted(more))}, which would not be"
                    f" applied; add it to the guardrails of '{model}'"
                )


def _short_contexts(loaded: Loaded) -> Iterator[str]:
    for model, settings in loaded.settings.models.items():
        for index, one in enumerate(settings.deployments):
            answer, context = one.max_output_tokens, one.context_tokens
            if answer is not None and context is not None and answer > context:
                place = loaded.place(f"models.{model}.deployments[{index}].max_output_tokens")
                yield f"{place}: no answer of {answer} fits a context of {context} tokens"


def free_outputs(loaded: Loaded) -> Iterator[str]:
    """A line for each price that says nothing of output, which is then free."""
    for model, settings in loaded.settings.models.items():
        for index, one in enumerate(settings.deployments):
            price = one.price
            if settings.kind != "chat" or not isinstance(price, PriceSettings):
                continue
            if price.input and "output" not in price.model_fields_set:
                place = loaded.place(f"models.{model}.deployments[{index}].price")
                yield f"{place}: names no output, which is free then; say `output: 0` if it is"


def _idle_weights(loaded: Loaded) -> Iterator[str]:
    for model, settings in loaded.settings.models.items():
        for index, one in enumerate(settings.deployments):
            if one.weight != 1 and settings.routing == "order":
                place = loaded.place(f"models.{model}.deployments[{index}].weight")
                yield f"{place}: means nothing to routing: order; set models.{model}.routing"
