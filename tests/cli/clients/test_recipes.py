"""What clients are told."""

import json

import pytest

from vanguard.cli.clients.connect import CLIENTS
from vanguard.cli.clients.recipes import RECIPES, Aim
from vanguard.cli.clients.rehearsal import MINUTES
from vanguard.gateway.aws.doors import find_aws_door
from vanguard.gateway.doors import find_door
from vanguard.gateway.google.doors import find_google_door


def test_every_client_has_a_recipe_and_a_minute() -> None:
    assert tuple(RECIPES) == CLIENTS == tuple(MINUTES)


@pytest.mark.parametrize("client", CLIENTS)
def test_address_and_key_reach_the_client(client: str) -> None:
    recipe = RECIPES[client](Aim("https://gw.example", "vk-1", "some-model"))
    told = json.dumps([recipe.steps, dict(recipe.variables), [one.text for one in recipe.files]])
    assert "https://gw.example" in told
    assert "vk-1" in told
    assert recipe.steps or recipe.files


@pytest.mark.parametrize("client", CLIENTS)
def test_every_path_of_a_first_minute_is_a_door_of_ours(client: str) -> None:
    for step in MINUTES[client](Aim("http://h", "k", "m")):
        path = step.path.partition("?")[0]
        doors = (find_door(path), find_aws_door(path), find_google_door(path))
        assert any(doors) or not step.needed, path


def test_boto3_sends_no_bearer_key_without_tls() -> None:
    assert RECIPES["boto3"](Aim("http://h", "k")).steps
    assert not RECIPES["boto3"](Aim("https://h", "k")).steps


def test_without_a_model_claude_code_chooses() -> None:
    recipe = RECIPES["claude-code"](Aim("http://h", "k"))
    assert set(recipe.variables) == {"ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"}
