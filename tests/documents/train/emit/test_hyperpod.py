"""A HyperPodPyTorchJob: its own fields by the operator's model, its pods by Kubernetes' schemas.

No cluster was asked; the fields are those of a package of the vendor's (see trainer_fields.json).
"""

import kubernetes_validate
import msgspec
import pytest
import yaml

from support.documents.trainer_fields import fields
from vanguard.documents.train.emit.hyperpod import emit
from vanguard.documents.train.emit.job import Job
from vanguard.documents.train.settings import Recipe

JOB = Job(recipe=Recipe(), data="/data/pages", base="/data/base", run="/data/run", nodes=2, gpus=8)


def documents(**changed):
    return list(yaml.safe_load_all(emit(msgspec.structs.replace(JOB, **changed)).text))


@pytest.mark.parametrize("changed", [{}, {"queue": "team", "instance": "ml.p5.48xlarge"}])
def test_every_field_is_known(changed):
    settings, job = documents(**changed)
    assert (job["apiVersion"], job["kind"]) == ("sagemaker.amazonaws.com/v1", "HyperPodPyTorchJob")
    spec = job["spec"]
    (replica,) = spec["replicaSpecs"]
    known = fields("hyperpod")
    assert set(spec) <= known["spec"]
    assert set(replica) <= known["replica"]
    assert set(spec["runPolicy"]) <= known["run_policy"]
    assert set(spec["runPolicy"]["restartPolicy"]) <= known["restart_policy"]
    template = {
        "apiVersion": "v1",
        "kind": "PodTemplate",
        "metadata": job["metadata"],
        "template": replica["template"],
    }
    for document in (settings, template):
        kubernetes_validate.validate(document, "1.37", strict=True)


def test_processes_and_machines_are_counted_alike():
    _, job = documents()
    spec = job["spec"]
    (container,) = spec["replicaSpecs"][0]["template"]["spec"]["containers"]
    assert (spec["nprocPerNode"], spec["replicaSpecs"][0]["replicas"]) == ("8", 2)
    assert container["command"][:3] == ["hyperpodrun", "--nnodes=2", "--nproc-per-node=8"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 8


def test_a_model_that_is_not_promoted_is_no_reason_to_begin_again():
    _, job = documents()
    (container,) = job["spec"]["replicaSpecs"][0]["template"]["spec"]["containers"]
    assert container["command"][-1] == "--unpromoted-ok"
