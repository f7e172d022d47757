import pytest
from pydantic import TypeAdapter, ValidationError

from vanguard.core.settings.sections.base import ProxyUrl, Reference
from vanguard.core.settings.tree import AdminSettings


@pytest.mark.parametrize(
    "said", [{"sesion_hours": 2}, {"session_hours": "inf"}, {"session_hours": float("nan")}]
)
def test_a_part_takes_neither_misspelt_fields_nor_endless_numbers(said):
    with pytest.raises(ValidationError):
        AdminSettings(**said)


@pytest.mark.parametrize("said", ["env:NAME", "file:/run/secrets/key"])
def test_a_secret_is_named_and_never_told(said):
    assert TypeAdapter(Reference).validate_python(said) == said
    with pytest.raises(ValidationError):
        TypeAdapter(Reference).validate_python("sk-the-secret-itself")


def test_a_proxy_has_no_credentials_in_its_address():
    assert TypeAdapter(ProxyUrl).validate_python("http://proxy:3128") == "http://proxy:3128"
    with pytest.raises(ValidationError):
        TypeAdapter(ProxyUrl).validate_python("http://user:word@proxy:3128")


@pytest.mark.parametrize("said", [{"session_hours": True}, {"port": False}])
def test_a_number_is_not_told_by_true_or_false(said):
    with pytest.raises(ValidationError, match="a number"):
        AdminSettings(**said)
    assert AdminSettings(public=True).public
