import pytest
from pydantic import ValidationError

from vanguard.core.settings.complaints import REFERENCE_ADVICE, complaints
from vanguard.core.settings.tree import Settings


def said(**values: object) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(values)
    return {one.path: one.text for one in complaints(caught.value)}


def deployment(**values: object) -> dict[str, object]:
    return {"models": {"m": {"deployments": [{"provider": "p", "model": "x"} | values]}}}


MODEL = {"deployments": [{"provider": "p", "model": "x"}]}
AT = ("models", "m", "deployments", 0)


@pytest.mark.parametrize(
    ("values", "path", "text"),
    [
        ({"port": "x"}, ("port",), "expected a whole number, found 'x'"),
        ({"port": 1.5}, ("port",), "expected a whole number, found 1.5"),
        ({"port": 70000}, ("port",), "expected at most 65535, found 70000"),
        ({"port": -1}, ("port",), "expected at least 0, found -1"),
        (
            {"gateway": {"idle_s": 0}},
            ("gateway", "idle_s"),
            "expected more than 0.0, found 0",
        ),
        ({"host": 5}, ("host",), "expected text (put it in quotes), found 5"),
        ({"engine": 5}, ("engine",), "expected a mapping of fields to values, found 5"),
        ({"models": []}, ("models",), "expected a mapping of names to values, found a list"),
        (
            {"engine": {"embeddings": "maybe"}},
            ("engine", "embeddings"),
            "expected true or false, found 'maybe'",
        ),
        (
            {"log": {"level": "inf"}},
            ("log", "level"),
            "expected 'debug', 'info', 'warning' or 'error', found 'inf'; did you mean 'info'?",
        ),
        (
            {"engine": {"modl": "small"}},
            ("engine", "modl"),
            "unknown field; did you mean 'model'?",
        ),
        ({"zzzz": 1}, ("zzzz",), "unknown field"),
        ({"models": {"m": {}}}, ("models", "m", "deployments"), "is missing"),
        (
            {"models": {"m": {"deployments": []}}},
            ("models", "m", "deployments"),
            "must not be empty",
        ),
        (deployment(base_url="10.0.0.1"), (*AT, "base_url"), None),
        ({"port": True}, ("port",), "expected a number, found True"),
        (
            {"models": {"m": {**MODEL, "fallback_on": []}}},
            ("models", "m", "fallback_on"),
            "must not be empty",
        ),
        (
            {"models": {"m": {**MODEL, "aliases": [""]}}},
            ("models", "m", "aliases", 0),
            "must not be empty",
        ),
        (
            deployment(max_output_tokens=1e20),
            (*AT, "max_output_tokens"),
            "expected a smaller number, found 1e+20",
        ),
        (
            {"gateway": {"proxy_ca_file": 5}},
            ("gateway", "proxy_ca_file"),
            "expected the path of a file or a folder, found 5",
        ),
        (
            deployment(probe={"path": "health"}),
            (*AT, "probe", "path"),
            "expected a path that begins with /, such as /health, without spaces, found 'health'",
        ),
        (
            deployment(aws={"region": "eu west"}),
            (*AT, "aws", "region"),
            "expected a region such as eu-west-1, found 'eu west'",
        ),
        (
            deployment(azure={"api_version": "a b"}),
            (*AT, "azure", "api_version"),
            "expected text of the form ^[0-9A-Za-z.-]+$, found 'a b'",
        ),
        (deployment(azure={"token": "sk-hidden"}), (*AT, "azure", "token"), REFERENCE_ADVICE),
        (
            deployment(aws={"secret_access_key": 12345}),
            (*AT, "aws", "secret_access_key"),
            "expected text (put it in quotes)",
        ),
        (
            deployment(account="a" * 201),
            (*AT, "account"),
            f"is longer than 200, found {chr(39)}{'a' * 58}…",
        ),
        (deployment(price={"input": "x"}), (*AT, "price", "input"), "expected a number, found 'x'"),
        (
            deployment(price={"inptu": 1}),
            (*AT, "price", "inptu"),
            "unknown field; did you mean 'input'?",
        ),
        (
            deployment(price="fre"),
            (*AT, "price"),
            "expected 'free' or a mapping with input, output, …, found 'fre'; did you mean 'free'?",
        ),
        (
            deployment(price=5),
            (*AT, "price"),
            "expected 'free' or a mapping with input, output, …, found 5",
        ),
    ],
)
def test_one_place_one_line(
    values: dict[str, object], path: tuple[str | int, ...], text: str | None
) -> None:
    found = said(**values)
    assert list(found) == [path]
    if text is not None:
        assert found[path] == text


def test_a_misspelt_field_hides_that_the_right_one_is_missing() -> None:
    found = said(models={"m": {"deployments": [{"provder": "p", "model": "x"}]}})
    assert found == {(*AT, "provder"): "unknown field; did you mean 'provider'?"}


def test_a_bad_name_is_explained() -> None:
    found = said(models={"bad name!": {"deployments": [{"provider": "p", "model": "x"}]}})
    assert "letters, digits" in found["models", "bad name!"]


def test_a_secret_in_the_clear_is_refused_and_not_repeated() -> None:
    found = said(**deployment(api_key="sk-live-123456"))
    assert found == {(*AT, "api_key"): REFERENCE_ADVICE}
    assert "sk-live" not in str(said(**deployment(headers={"authorization": ["sk-live"]})))
