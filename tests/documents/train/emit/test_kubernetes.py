"""A Kubernetes Job, validated by the published schemas of Kubernetes 1.37."""

import kubernetes_validate
import msgspec
import pytest
import yaml

from vanguard.core.errors import SettingsError
from vanguard.documents.train.emit.job import Job
from vanguard.documents.train.emit.kubernetes import emit
from vanguard.documents.train.settings import Recipe

VERSION = "1.37"
JOB = Job(recipe=Recipe(), data="/data/pages", base="/data/base", run="/data/run")


def documents(**fields):
    return list(yaml.safe_load_all(emit(msgspec.structs.replace(JOB, **fields)).text))


@pytest.mark.parametrize("fields", [{}, {"gpus": 8, "queue": "training", "instance": "a100"}])
def test_kubernetes_knows_every_field(fields):
    for document in documents(**fields):
        kubernetes_validate.validate(document, VERSION, strict=True)


def test_the_schemas_would_notice_a_wrong_field():
    _, job = documents()
    job["spec"]["template"]["spec"]["containers"][0]["commands"] = ["x"]
    with pytest.raises(kubernetes_validate.ValidationError, match="commands"):
        kubernetes_validate.validate(job, VERSION, strict=True)


def test_the_names_meet():
    settings, job = documents(gpus=8)
    spec = job["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    assert volumes["settings"]["configMap"]["name"] == settings["metadata"]["name"]
    assert container["resources"]["limits"] == {"nvidia.com/gpu": 8}
    assert container["command"][:5] == [
        "torchrun",
        "--standalone",
        "--nproc-per-node=8",
        "-m",
        "vanguard",
    ]
    rules = job["spec"]["podFailurePolicy"]["rules"]
    assert rules[0]["onExitCodes"]["containerName"] == container["name"]


def test_one_gpu_needs_no_launcher():
    _, job = documents()
    assert job["spec"]["template"]["spec"]["containers"][0]["command"][:3] == [
        "vanguard",
        "documents",
        "train",
    ]


def test_not_being_promoted_is_no_reason_to_try_again():
    for gpus, said in ((1, False), (8, True)):
        _, job = documents(gpus=gpus)
        command = job["spec"]["template"]["spec"]["containers"][0]["command"]
        assert ("--unpromoted-ok" in command) == said
        values = job["spec"]["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"]
        assert values == [2, 3]


def test_several_machines_are_refused():
    with pytest.raises(SettingsError, match="emit hyperpod"):
        documents(nodes=2)
