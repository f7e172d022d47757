"""What clients are told."""

import json

import pytest

from vanguard.cli.clients.connect import CLIENTS
from vanguard.cli.clients.recipes import RECIPES, Aim, Recipe
from vanguard.cli.clients.rehearsal import MINUTES


def test_every_client_has_a_recipe_and_a_minute() -> None:
    assert tuple(RECIPES) == CLIENTS == tuple(MINUTES)


@pytest.mark.parametrize("client", CLIENTS)
def test_address_and_key_reach_the_client(client: str) -> None:
    recipe = RECIPES[client](Aim("https://gw.example", "vk-1", "some-model"))
    told = json.dumps([recipe.steps, dict(recipe.variables), [one.text for one in recipe.files]])
    assert "https://gw.example" in told
    assert "vk-1" in told
    assert recipe.steps or recipe.files


def test_what_is_served_is_known_from_the_doors() -> None:
    aim = Aim("http://h", "k", "m")
    assert [client for client in CLIENTS if not RECIPES[client](aim).served] == []
    assert not Recipe("Nobody", "/v9/nothing").served


def test_boto3_sends_no_bearer_key_without_tls() -> None:
    assert RECIPES["boto3"](Aim("http://h", "k")).steps
    assert not RECIPES["boto3"](Aim("https://h", "k")).steps


def test_without_a_model_claude_code_chooses() -> None:
    recipe = RECIPES["claude-code"](Aim("http://h", "k"))
    assert set(recipe.variables) == {"ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"}
