"""Providers' statuses as errors of ours."""

from __future__ import annotations

import pytest

from vanguard.core import errors
from vanguard.dialects.upstream_errors import failure


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.UpstreamRejected),
        (422, errors.UpstreamRejected),
        (401, errors.UpstreamError),
        (403, errors.UpstreamError),
        (404, errors.UpstreamError),
        (408, errors.UpstreamTimeout),
        (413, errors.RequestTooLarge),
        (429, errors.UpstreamRateLimited),
        (500, errors.UpstreamError),
        (502, errors.UpstreamUnavailable),
        (503, errors.UpstreamUnavailable),
        (504, errors.UpstreamTimeout),
        (529, errors.UpstreamOverloaded),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[errors.VanguardError]) -> None:
    error = failure(status, "too\n many  words", "temperature")
    assert type(error) is kind
    assert "too many words" in error.message
    assert getattr(error, "quotes", True)
    assert (error.param == "temperature") == (kind is errors.UpstreamRejected)


def test_a_refused_credential_never_looks_like_the_clients_own() -> None:
    assert failure(401, "").status >= 500


def test_words_are_cut() -> None:
    assert len(failure(500, "x" * 9999).message) < 2200
