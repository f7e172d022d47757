"""The tree as drawn is the tree as built, and every leaf can be answered with."""

from __future__ import annotations

import re

import pytest

from vanguard.core import errors
from vanguard.core.errors import VanguardError


def subclasses(root: type[VanguardError]) -> dict[str, type[VanguardError]]:
    found = {}
    for child in root.__subclasses__():
        found |= {child.__name__: child, **subclasses(child)}
    return found


def drawn() -> dict[str, str]:
    """Each class of the drawing with its parent's name."""
    parents: dict[str, str] = {}
    branch = "VanguardError"
    for line in (errors.__doc__ or "").splitlines():
        marks = re.match(r"^([│ ]*)[├└]── (.*)$", line)
        if marks is None:
            continue
        names = re.findall(r"\b[A-Z]\w+", re.split(r" {2,}", marks[2])[0])
        if marks[1]:
            parents |= dict.fromkeys(names, branch)
        else:
            (branch,) = names
            parents[branch] = "VanguardError"
    return parents


# Only the tree of the module itself: other modules may refine a leaf for their own use.
TREE = {
    name: kind
    for name, kind in subclasses(VanguardError).items()
    if kind.__module__ == errors.__name__
}


def test_the_drawing_is_the_tree():
    assert drawn() == {name: kind.__bases__[0].__name__ for name, kind in TREE.items()}


def test_the_drawing_starts_at_the_root():
    assert "\nVanguardError\n" in (errors.__doc__ or "")


@pytest.mark.parametrize("name", TREE)
def test_every_error_has_status_code_and_retryable(name):
    kind = TREE[name]
    assert 400 <= kind.status <= 599
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)
    assert isinstance(kind.retryable, bool)
    assert kind.__doc__


@pytest.mark.parametrize("name", TREE)
def test_a_retry_is_promised_only_where_the_status_allows_it(name):
    kind = TREE[name]
    if kind.retryable:
        assert kind.status in {429, 502, 503, 504}


def test_an_error_carries_what_a_client_needs():
    error = errors.RateLimited("wait", param="model", retry_after_s=1.5)
    assert str(error) == "wait"
    assert (error.message, error.param, error.retry_after_s) == ("wait", "model", 1.5)
    assert errors.InternalError("x").param is None
    assert errors.InternalError("x").retry_after_s is None


def test_a_branch_catches_its_leaves():
    with pytest.raises(errors.LimitError):
        raise errors.BudgetExceeded("spent")


def test_a_kind_of_a_modules_own_is_told_as_what_it_is_one_of():
    class ProxyAway(errors.UpstreamUnavailable):
        pass

    table = {errors.VanguardError: "root", errors.UpstreamError: "upstream"}
    assert errors.nearest(table, ProxyAway("x")) == "upstream"
    assert errors.nearest(table, errors.UpstreamError("x")) == "upstream"
    assert errors.nearest(table, errors.NotReady("x")) == "root"
