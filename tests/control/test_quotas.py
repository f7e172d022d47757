import pytest

from vanguard.control.providers import provider_rows
from vanguard.control.quotas import output_burndown, quota_of
from vanguard.core.settings.tree import DeploymentSettings
from vanguard.snapshot.model import Quota


def quota(provider, model="m", *, counting=None, **own):
    row = provider_rows()[provider]
    if counting:
        row = row.model_copy(update={"quota_counting": counting})
    settings = DeploymentSettings.model_validate(
        {"provider": provider, "model": model, **({"quota": own} if own else {})}
    )
    return quota_of(settings, row)


def test_nothing_known_and_counted_as_usual_is_no_quota():
    assert quota("openai") is None


def test_the_row_says_how_its_provider_counts():
    assert quota("anthropic") == Quota(counting="used")
    told = quota("anthropic", input_tokens_per_minute=5, output_tokens_per_minute=3)
    assert told == Quota(input_tokens_per_minute=5, output_tokens_per_minute=3, counting="used")


def test_settings_go_before_the_row_and_the_list():
    own = {"tokens_per_minute": 9, "output_burndown": 3}
    made = quota("openai", "us.anthropic.claude-sonnet-4-5-v1:0", counting="reserved", **own)
    assert made == Quota(tokens_per_minute=9, counting="reserved", output_burndown=3)


@pytest.mark.parametrize(
    ("model", "rate"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 5),
        ("anthropic.claude-opus-4-1-20250805-v1:0", 5),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", 5),
        ("anthropic.claude-3-haiku-20240307-v1:0", 1),
        ("amazon.nova-pro-v1:0", 1),
    ],
)
def test_what_an_output_token_takes_where_use_settles(model, rate):
    assert output_burndown(model) == rate
    made = quota("openai", model, counting="reserved")
    assert made is not None
    assert made.output_burndown == rate
