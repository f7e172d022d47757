"""A model that the platform serves, asked over the client: so each question is a row with its key and cost.

It does not know what is asked. A call that was refused for its rate is asked again when the server says
so; nothing else is ever sent twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vanguard.core.errors import (
    InvalidRequest,
    RateLimited,
    Unauthenticated,
    UnsupportedFeature,
    UpstreamOverloaded,
    UpstreamRateLimited,
    UpstreamRejected,
    VanguardError,
)
from vanguard.core.settings import environment
from vanguard.documents.reading.vision.contract import End, Question, Said
from vanguard.documents.reading.vision.loops import loop_start
from vanguard.sdk import ChatReply, Client
from vanguard.sdk.values import ChatOptions

_WAITS = 4
_LONGEST_WAIT_S = 30.0
_LOOK_EVERY = 200  # letters, at which a loop is looked for
_MOST_LETTERS = 200_000  # whatever the server makes of `max_tokens`
_LATER = (RateLimited, UpstreamRateLimited, UpstreamOverloaded)
_REFUSED = (InvalidRequest, UnsupportedFeature, UpstreamRejected)
_ENDS: Mapping[str, End] = {"length": "length", "content_filter": "filter"}


def key_behind(reference: str) -> str:
    """The key behind `env:NAME` or `file:/path`; looked up for each page, for it may be another one since.

    Raises:
        Unauthenticated: there is none.
    """
    kind, _, target = reference.partition(":")
    if kind == "env":
        key = environment.read(target) or ""
    else:
        try:
            key = Path(target).expanduser().read_text("utf-8").strip()
        except OSError as error:
            why = error.strerror or error
            raise Unauthenticated(f"the key for models cannot be read: {target}: {why}") from error
    if not key:
        raise Unauthenticated(f"there is no key for models behind {reference}")
    return key


class ServedModel:
    """A public name of the platform; see `contract.Model`."""

    def __init__(
        self, client: Client, model: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """Asks nothing yet; `pause` takes seconds."""
        self._client = client
        self._model = model
        self._pause = pause
        self._logprobs = True

    def ask(self, question: Question) -> Said:
        """The answer, cut where it begins to repeat itself: the rest is neither read nor paid for.

        Raises:
            VanguardError: what the platform answered, or that it does not.
        """
        for waits in range(_WAITS + 1):
            try:
                return self._said(question)
            except _LATER as error:
                if waits == _WAITS:
                    raise
                self._pause(min(error.retry_after_s or 2.0**waits, _LONGEST_WAIT_S))
            except _REFUSED as error:
                if not (self._logprobs and _is_about_logprobs(error)):
                    raise
                self._logprobs = False
        raise AssertionError("the last try returns or raises")

    def _said(self, question: Question) -> Said:
        options: ChatOptions = {"max_tokens": question.most_tokens, "temperature": 0}
        if self._logprobs:
            options["logprobs"] = True
        stream = self._client.stream(_messages(question), self._model, **options)
        text, looked = "", 0
        for delta in stream:
            text += delta.text
            if len(text) - looked < _LOOK_EVERY:
                continue
            looked = len(text)
            if (cut := loop_start(text)) is not None:
                return Said(text[:cut], "loop")
            if len(text) > _MOST_LETTERS:
                return Said(text, "length")
        return _whole(stream.reply)


def _whole(reply: ChatReply) -> Said:
    cut = loop_start(reply.text)
    if cut is not None:
        return Said(reply.text[:cut], "loop")
    end = _ENDS.get(reply.finish_reason, "stop")
    return Said(reply.text, end, reply.refusal, reply.tokens)


def _messages(question: Question) -> list[dict[str, Any]]:
    content = [
        {"type": "image_url", "image_url": {"url": question.image}},
        {"type": "text", "text": question.prompt},
    ]
    return [{"role": "user", "content": content}]


def _is_about_logprobs(error: VanguardError) -> bool:
    return "logprob" in f"{error.message} {error.param or ''}".lower()
