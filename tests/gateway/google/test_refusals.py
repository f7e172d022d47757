import json

import pytest

from vanguard.gateway.google.refusals import refuses_us

PREDICT = "aiplatform.endpoints.predict"


def told(message, **detail):
    return {"error": {"code": 403, "message": message, "details": [detail]}}


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        (told("x", reason="SERVICE_DISABLED"), True),
        (told("x", reason="USER_PROJECT_DENIED"), True),
        (told("x", reason="IAM_PERMISSION_DENIED", metadata={"permission": PREDICT}), True),
        (told(f"Permission '{PREDICT}' denied on resource '//x' (or it may not exist)."), True),
        (told("Vertex AI API has not been used in project 1 before or it is disabled."), True),
        (told("Request had insufficient authentication scopes."), True),
        (told("Permission 'aiplatform.cachedContents.get' denied on resource '//x'"), False),
        (told("x@y.gserviceaccount.com does not have storage.objects.get access"), False),
        # a client's own words come back behind others, or with backslashes before their quotes
        (told(f"No gs://b/Permission '{PREDICT}' denied"), False),
        (told('No gs://b/"reason": "SERVICE_DISABLED"'), False),
        ({}, False),
    ],
)
def test_what_is_about_our_account_is_told_from_what_is_about_the_request(body, ours):
    assert refuses_us(json.dumps(body).encode()) is ours
    assert refuses_us(json.dumps(body, indent=1).encode()) is ours
