from pathlib import Path

import pytest

from vanguard.core.errors import SettingsError
from vanguard.core.settings.checks import check_references
from vanguard.core.settings.load import load_settings

MODEL = "    deployments: [{provider: openai, model: x}]\n"


def refused(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "vanguard.yaml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "vanguard.yaml", {})
    return caught.value.message.splitlines()


def test_guardrails_must_exist(tmp_path: Path) -> None:
    text = (
        "default_guardrails: [mial]\nmodels:\n  m:\n    guardrails: [phone]\n" + MODEL
    ) + "guardrails:\n  mail:\n    rules: [{name: a, pattern: b}]\n"
    assert refused(tmp_path, text) == [
        (
            "vanguard.yaml:1: default_guardrails[0]: no guardrail is called 'mial';"
            " did you mean 'mail'?"
        ),
        "vanguard.yaml:4: models.m.guardrails[0]: no guardrail is called 'phone'",
    ]


def test_a_name_leads_to_one_model(tmp_path: Path) -> None:
    text = (
        f"models:\n  a:\n    aliases: [x, b]\n{MODEL}  b:\n{MODEL}"
        f"  c:\n    aliases:\n      - x\n{MODEL}"
    )
    assert refused(tmp_path, text) == [
        "vanguard.yaml:3: models.a.aliases[1]: 'b' is the name of a model already",
        "vanguard.yaml:9: models.c.aliases[0]: 'x' is an alias of a already",
    ]


def test_what_the_gateway_could_not_read_as_an_address_is_named(tmp_path: Path) -> None:
    text = (
        "gateway:\n  proxy: http://127.0.0.1:99999\nmodels:\n  m:\n    deployments:\n"
        "      - {provider: openai, model: x, base_url: 'http://${HOST}:${PORT}/v1'}\n"
        "      - {provider: openai, model: x, base_url: 'http://u:hidden@host'}\n"
        "      - {provider: openai, model: x, base_url: 'http://10.0.0.7/v1 '}\n"
        "      - provider: bedrock\n        model: x\n        aws:\n          assume_role:\n"
        "            arn: arn:aws:iam::123456789012:role/x\n"
        "            sts_url: http://127.0.0.1:99999\n"
    )
    found = refused(tmp_path, text)
    assert [line.rpartition(": ")[0] for line in found] == [
        "vanguard.yaml:6: models.m.deployments[0].base_url",
        "vanguard.yaml:7: models.m.deployments[1].base_url",
        "vanguard.yaml:8: models.m.deployments[2].base_url",
        "vanguard.yaml:14: models.m.deployments[3].aws.assume_role.sts_url",
        "vanguard.yaml:2: gateway.proxy",
    ]
    assert "hidden" not in "".join(found)


@pytest.mark.parametrize(
    ("headers", "named", "word"),
    [
        ("{'x a': v}", "headers.x a", "no name"),
        ("{'x:a': v}", "headers.x:a", "no name"),
        ("{'': v}", "headers.", "no name"),
        ("{'é': v}", "headers.é", "no name"),
        ("{Host: other}", "headers.Host", "itself"),
        ("{Content-Length: '5'}", "headers.Content-Length", "itself"),
        ("{transfer-encoding: gzip}", "headers.transfer-encoding", "itself"),
        ("{Expect: 100-continue}", "headers.Expect", "itself"),
        ('{x-a: "hidden\\r\\nb: c"}', "headers.x-a", "line break"),
        ('{x-a: "hidden\\0"}', "headers.x-a", "line break"),
        ("{x-a: hidden €}", "headers.x-a", "Latin-1"),
        ("{x-a: b, X-A: c}", "headers.X-A", "twice"),
    ],
)
def test_a_header_that_could_not_be_sent_is_named(
    tmp_path: Path, headers: str, named: str, word: str
) -> None:
    text = f"models:\n  m:\n    deployments: [{{provider: openai, model: x, headers: {headers}}}]\n"
    (found,) = refused(tmp_path, text)
    assert found.startswith(f"vanguard.yaml:3: models.m.deployments[0].{named}: ")
    assert word in found
    assert "hidden" not in found


def test_other_headers_may_be_sent(tmp_path: Path) -> None:
    (tmp_path / "vanguard.yaml").write_text(
        "models:\n  m:\n    deployments: [{provider: openai, model: x,"
        " headers: {X-Team: 'é\tb', Authorization: Basic x, openai-beta: '', x.y_z: a}}]\n"
    )
    load_settings(tmp_path / "vanguard.yaml", {})


def test_references_are_checked_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VG_NOT_SET", raising=False)
    monkeypatch.setenv("VG_SET", "x")
    (tmp_path / "vanguard.yaml").write_text(
        "admin:\n  key: env:VG_NOT_SET\nstore:\n  url: file:/no/such\nmodels:\n  m:\n"
        "    deployments:\n"
        "      - {provider: a, model: x, api_key: 'env:VG_SET'}\n"
        "      - {provider: a, model: x, api_key: 'env:VG_NOT_SET'}\n"
    )
    loaded = load_settings(tmp_path / "vanguard.yaml", {})
    with pytest.raises(SettingsError) as caught:
        check_references(loaded)
    lines = caught.value.message.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "vanguard.yaml:9",
        "vanguard.yaml:4",
        "vanguard.yaml:2",
    ]
    monkeypatch.setenv("VG_NOT_SET", "long enough")
    (tmp_path / "vanguard.yaml").write_text("admin:\n  key: env:VG_NOT_SET\n")
    check_references(load_settings(tmp_path / "vanguard.yaml", {}))


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"one\ntwo\n", "more than one line"), (b"a\0b", "control"), (b"x" * 70_000, "64 KiB")],
)
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "vanguard.yaml").write_text(
        "models:\n  m:\n    deployments:\n"
        f"      - {{provider: openai, model: x, api_key: 'file:{tmp_path}/key'}}\n"
    )
    loaded = load_settings(tmp_path / "vanguard.yaml", {})
    with pytest.raises(SettingsError, match=r"vanguard.yaml:4: .*api_key.*" + word):
        check_references(loaded)


def test_a_variable_that_is_set_to_nothing_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VG_EMPTY", "")
    (tmp_path / "vanguard.yaml").write_text("aws:\n  master_key: env:VG_EMPTY\n")
    with pytest.raises(SettingsError, match=r"the environment variable VG_EMPTY is empty$"):
        check_references(load_settings(tmp_path / "vanguard.yaml", {}))


@pytest.mark.parametrize("name", ["documents:\n  seal_key", "aws:\n  master_key"])
def test_what_is_never_sent_may_be_anything(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "two\nlines")
    (tmp_path / "vanguard.yaml").write_text(f"{name}: env:SECRET\n")
    check_references(load_settings(tmp_path / "vanguard.yaml", {}))


def test_tokens_and_accounts_of_clouds_are_references_too(tmp_path: Path) -> None:
    (tmp_path / "vanguard.yaml").write_text(
        "models:\n  m:\n    deployments:\n"
        "      - {provider: azure, model: x, azure: {resource: r, token: 'env:VG_NOT_SET'}}\n"
        "      - {provider: vertex, model: x, google: {project: p, credentials: /no/such}}\n"
    )
    loaded = load_settings(tmp_path / "vanguard.yaml", {})
    with pytest.raises(SettingsError) as caught:
        check_references(loaded)
    assert caught.value.message.splitlines() == [
        (
            "vanguard.yaml:5: models.m.deployments[1].google.credentials: /no/such cannot be read:"
            " No such file or directory"
        ),
        (
            "vanguard.yaml:4: models.m.deployments[0].azure.token: the environment variable VG_NOT_SET"
            " is not set"
        ),
    ]


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://user:hidden@host/x", "expected"),
        ("hidden", "expected"),
        ("sqlite://", "expected"),
        ("sqlite:///", "expected"),
        ("sqlite:///:memory:", "expected"),
        ("sqlite:////no/such/folder/x.db", "no folder"),
        ("env:STORE", "expected"),
    ],
)
def test_a_store_that_no_database_can_be_at_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, word: str
) -> None:
    monkeypatch.setenv("STORE", "mysql://user:hidden@host/x")
    (tmp_path / "vanguard.yaml").write_text(f"store:\n  url: '{url}'\n")
    loaded = load_settings(tmp_path / "vanguard.yaml", {})
    with pytest.raises(SettingsError, match=f"^vanguard.yaml:2: store.url: .*{word}") as caught:
        check_references(loaded)
    assert "hidden" not in caught.value.message


def test_other_stores_are_left_to_their_server_or_to_the_start(tmp_path: Path) -> None:
    for url in (
        "postgresql://u:p?/[@db/x",
        "postgres+psycopg:///x?host=/run",
        f"sqlite:///{tmp_path}/x.db?mode=rw",
        f"sqlite:///{tmp_path}/home/x.db",  # the start makes it
    ):
        (tmp_path / "vanguard.yaml").write_text(f"home: {tmp_path}/home\nstore:\n  url: '{url}'\n")
        check_references(load_settings(tmp_path / "vanguard.yaml", {}))


def test_fallbacks_are_other_chat_models_that_are_guarded_by_no_more(tmp_path: Path) -> None:
    text = (
        f"models:\n  a:\n    aliases: [x]\n    guardrails: [mail]\n{MODEL}"
        "  b:\n    fallbacks:\n      - x\n      - c\n      - aa\n      - b\n      - default\n"
        f"{MODEL}  c:\n    kind: embedding\n    fallbacks: [b]\n{MODEL}"
        "guardrails:\n  mail:\n    rules: [{name: a, pattern: b}]\n"
    )
    assert refused(tmp_path, text) == [
        (
            "vanguard.yaml:8: models.b.fallbacks[0]: 'x' is guarded by mail, which would not be"
            " applied; add it to the guardrails of 'b'"
        ),
        (
            "vanguard.yaml:9: models.b.fallbacks[1]: vectors of two models cannot be compared;"
            " fallbacks are for chat"
        ),
        "vanguard.yaml:10: models.b.fallbacks[2]: no model is called 'aa'; did you mean 'a'?",
        "vanguard.yaml:11: models.b.fallbacks[3]: a model cannot be its own fallback",
        (
            "vanguard.yaml:16: models.c.fallbacks[0]: vectors of two models cannot be compared;"
            " fallbacks are for chat"
        ),
    ]


def test_a_weight_that_would_be_passed_over_is_named(tmp_path: Path) -> None:
    text = "models:\n  a:\n    deployments:\n      - {provider: openai, model: x, weight: 2}\n"
    assert refused(tmp_path, text) == [
        (
            "vanguard.yaml:4: models.a.deployments[0].weight: means nothing to routing: order;"
            " set models.a.routing"
        )
    ]
    (tmp_path / "vanguard.yaml").write_text(text + "    routing: weighted\n")
    load_settings(tmp_path / "vanguard.yaml", {})


def test_what_brings_about_fallbacks_that_are_not_there_is_named(tmp_path: Path) -> None:
    text = f"models:\n  m:\n    fallback_on: [content_policy]\n{MODEL}"
    assert refused(tmp_path, text) == [
        "vanguard.yaml:3: models.m.fallback_on: means nothing without models.m.fallbacks"
    ]


def test_an_answer_fits_its_context(tmp_path: Path) -> None:
    text = (
        "models:\n  m:\n    deployments:\n      - provider: openai\n        model: x\n"
        "        max_output_tokens: 101\n        context_tokens: 100\n"
    )
    assert refused(tmp_path, text) == [
        (
            "vanguard.yaml:6: models.m.deployments[0].max_output_tokens: no answer of 101 fits a"
            " context of 100 tokens"
        )
    ]
    (tmp_path / "vanguard.yaml").write_text(text.replace("101", "100"))
    load_settings(tmp_path / "vanguard.yaml", {})


def test_output_that_is_free_because_nobody_named_it_is_warned_of(tmp_path: Path) -> None:
    price = "    deployments: [{{provider: openai, model: x, price: {}}}]\n"
    file = tmp_path / "vanguard.yaml"
    file.write_text("models:\n  m:\n" + price.format("{input: 3}"))
    (warning,) = load_settings(file, {}).warnings
    assert warning.startswith("vanguard.yaml:3: models.m.deployments[0].price: names no output")
    for said in ("{input: 3, output: 0}", "{input: 0}", "free"):
        file.write_text("models:\n  m:\n" + price.format(said))
        assert load_settings(file, {}).warnings == ()
    file.write_text("models:\n  m:\n    kind: embedding\n" + price.format("{input: 3}"))
    assert load_settings(file, {}).warnings == ()
