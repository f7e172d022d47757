import pytest
from pydantic import ValidationError

from vanguard.core.settings.sections.clouds import (
    AssumeRoleSettings,
    AwsSettings,
    AzureSettings,
    GoogleSettings,
)

ROLE = "arn:aws:iam::123456789012:role/vanguard"


def test_what_every_cloud_needs_and_no_more():
    assert AwsSettings().region is None
    assert AzureSettings().api_version is None
    assert GoogleSettings(project="shop-1").location == "global"
    assert AssumeRoleSettings(arn=ROLE).session_name == "vanguard"


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (AwsSettings, {"region": "eu-west-1/../x"}),
        (AwsSettings, {"secret_access_key": "the secret itself"}),
        (AssumeRoleSettings, {"arn": "arn:aws:iam::1:user/x"}),
        (AssumeRoleSettings, {"arn": ROLE, "sts_url": "https://user:word@sts"}),
        (GoogleSettings, {}),
        (GoogleSettings, {"project": "p", "location": "a.b/c"}),
        (AzureSettings, {"resource": "name.elsewhere.example"}),
    ],
)
def test_what_could_lead_elsewhere_is_refused(section, said):
    with pytest.raises(ValidationError):
        section(**said)
