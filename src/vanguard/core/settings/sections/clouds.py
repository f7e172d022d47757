"""What the settings say of the clouds: where a deployment is there, and whose it is.

It does not know providers; each part says in its prose for which it is.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from vanguard.core.settings.sections.base import Reference, Section


class AssumeRoleSettings(Section):
    """A role of an AWS account that is assumed for a deployment, and renewed ahead of its end."""

    arn: str = Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$", description="The role's ARN.")
    session_name: str = Field(
        "vanguard",
        min_length=2,
        max_length=64,
        description="Name of the sessions, as CloudTrail shows it. It and the tags' values may hold `{team}`, `{user}`, `{key}` and `{organisation}`: the names of who asks, with a session for each.",
    )
    external_id: str | None = Field(
        None, min_length=2, description="What the role's trust policy asks for."
    )
    tags: dict[str, str] = Field(
        {}, max_length=50, description="Session tags, for cost allocation: `{team: '{team}'}`."
    )
    duration_s: int = Field(3_600, ge=900, le=43_200, description="Seconds that a session lasts.")
    sts_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#@\s]+(/[^?#\s]*)?$",
        description="Where the role is assumed; the region's STS when not set.",
    )


class EndpointSettings(Section):
    """What of a SageMaker endpoint is asked."""

    inference_component: str | None = Field(
        None,
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$",
        max_length=63,
        description="The inference component, for endpoints that have some.",
    )
    target_variant: str | None = Field(
        None,
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$",
        max_length=63,
        description="The production variant; by the endpoint's own weights when not set.",
    )
    target_model: str | None = Field(
        None,
        pattern=r"^[!-~]+$",
        max_length=1024,
        description="The model of a multi-model endpoint, such as `a.tar.gz`. SageMaker streams from none of these.",
    )
    model: str | None = Field(
        None,
        min_length=1,
        description="What a request's body says to the container as its `model`, such as a vLLM server's name or an adapter's; nothing when not set.",
    )


class AwsSettings(Section):
    """How requests to a deployment at AWS are signed."""

    region: str | None = Field(
        None,
        pattern=r"^[a-z]{2}(-[a-z]+)+-\d$",
        description="Such as `eu-west-1`. What the model's ARN says, or `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile, when not set.",
    )
    access_key_id: Reference | None = Field(
        None, description="`env:NAME` or `file:/path`; `AWS_ACCESS_KEY_ID` when not set."
    )
    secret_access_key: Reference | None = Field(
        None, description="`env:NAME` or `file:/path`; `AWS_SECRET_ACCESS_KEY` when not set."
    )
    session_token: Reference | None = Field(
        None, description="Of a temporary pair. `AWS_SESSION_TOKEN` with the variables' pair."
    )
    credentials: str | None = Field(
        None,
        pattern=r"^aws:(default|profile/[^\x00-\x1f]+)$",
        description="In place of a pair: `aws:profile/NAME` for a profile of `~/.aws`, or `aws:default` for the places where AWS's SDKs look, in their order: variables, profile, web identity, container, machine. `aws:default` when neither this nor a pair is given.",
    )
    assume_role: AssumeRoleSettings | None = Field(
        None, description="A role assumed with these, such as one of another account."
    )
    endpoint: EndpointSettings | None = Field(
        None, description="What of an endpoint is asked, for provider `sagemaker`."
    )
    anthropic: bool | None = Field(
        None,
        description="Whether the model is Anthropic's, so that requests of Anthropic's clients go to it as they are. Seen from the model's name when not set, which an application inference profile's ARN does not tell.",
    )
    anthropic_betas: list[str] = Field(
        [],
        description="Values of `anthropic-beta` passed on besides those that Bedrock is believed to have.",
    )


class AwsDoorSettings(Section):
    """The door for AWS's SDKs, under `/aws`."""

    master_key: Reference | None = Field(
        None,
        description="Secret from which the key pairs of virtual keys derive: `env:NAME` or `file:/path`. Made and kept under `home` when not set. Another secret ends all pairs.",
    )


class GoogleSettings(Section):
    """Where a deployment at Vertex AI is, and whose it is."""

    project: str = Field(
        pattern=r"^[a-z0-9:.-]+$", description="Id of the Google Cloud project that pays."
    )
    location: str = Field(
        "global",
        pattern=r"^[a-z0-9-]+$",
        max_length=40,
        description="Location, such as `us-central1`; `global`, `us` and `eu` have addresses of their own.",
    )
    credentials: Path | None = Field(
        None,
        description="JSON file of a service account, of workload identity federation (`external_account`), or of a login by `gcloud auth application-default login`. When not set, what `GOOGLE_APPLICATION_CREDENTIALS` names, else gcloud's login, else the machine's own account, asked of the metadata server.",
    )


class AzureSettings(Section):
    """Where a deployment at Azure OpenAI is."""

    resource: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9-]+$",
        max_length=63,
        description="Name of the resource, which is the first part of its address; not needed beside `base_url`.",
    )
    api_version: str | None = Field(
        None,
        pattern=r"^[0-9A-Za-z.-]+$",
        description="A dated version of the API, such as `2024-10-21`; the address then names the deployment. The v1 API, which has no dates, when not set.",
    )
    token: Reference | None = Field(
        None,
        description="`env:NAME` or `file:/path` of a token of Microsoft Entra, in place of `api_key`; a file is read again when it changes.",
    )
