from vanguard.core.settings.names import (
    OTHER_VARIABLES,
    dotted,
    leaves,
    nearest,
    suggestion,
    variables,
)


def test_variables_and_flags_come_from_the_tree() -> None:
    named = {leaf.variable for leaf in leaves().values()}
    assert {
        "VANGUARD_HOST",
        "VANGUARD_PORT",
        "VANGUARD_HOME",
        "VANGUARD_CACHE",
        "VANGUARD_ENGINE_MODEL",
        "VANGUARD_ADMIN_KEY",
    } <= named
    assert leaves()["engine.model"].flag == "--engine-model"


def test_no_two_settings_share_a_variable_or_a_flag() -> None:
    assert len(variables()) == len(leaves())
    assert len({leaf.flag for leaf in leaves().values()}) == len(leaves())
    assert not set(variables()) & set(OTHER_VARIABLES)


def test_containers_have_no_variable() -> None:
    assert not {"models", "guardrails", "default_guardrails", "engine"} & set(leaves())


def test_dotted() -> None:
    path = ("models", "gpt-4.1", "deployments", 0, "model")
    assert dotted(path) == "models.gpt-4.1.deployments[0].model"


def test_nearest_word() -> None:
    assert nearest("provder", ["model", "provider"]) == "provider"
    assert suggestion("qqq", ["model"]) == ""
