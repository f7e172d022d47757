"""A job of HyperPod's training operator: one or more machines, begun again when one of them fails.

It does not know a cluster. Fields are those of HyperPodPyTorchJob v1 in sagemaker-hyperpod 3.12.0, and
of docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-eks-operator-usage.html (read 2026-11-26).
"""

from __future__ import annotations

from typing import Any

from vanguard.documents.train.emit import job as jobs
from vanguard.documents.train.emit.job import Emitted, Job

HEAD = (
    "sagemaker.amazonaws.com/v1 HyperPodPyTorchJob; the image needs hyperpod-elastic-agent, which"
    " brings `hyperpodrun`"
)
_AGENT_PORT = 8080
_RESTARTS = 50
_PERIOD_S = 6 * 3600


def emit(job: Job) -> Emitted:
    """The job and its settings.

    Raises:
        SettingsError: a name or path that a cluster would refuse.
    """
    jobs.check(job)
    command = ["hyperpodrun", f"--nnodes={job.nodes}", f"--nproc-per-node={job.gpus}"]
    # a model that is not promoted would be tried again and again
    command += ["--rdzv-backend=hyperpod", "-m", "vanguard", *job.command, "--unpromoted-ok"]
    instance = {"node.kubernetes.io/instance-type": job.instance} if job.instance else {}
    pod: dict[str, Any] = jobs.pod(job, command, instance)
    pod["containers"][0]["ports"] = [{"containerPort": _AGENT_PORT}]
    queue = {"labels": {"kueue.x-k8s.io/queue-name": job.queue}} if job.queue else {}
    made = {
        "apiVersion": "sagemaker.amazonaws.com/v1",
        "kind": "HyperPodPyTorchJob",
        "metadata": {"name": job.name, **queue},
        "spec": {
            "nprocPerNode": str(job.gpus),
            "replicaSpecs": [{"name": "pods", "replicas": job.nodes, "template": {"spec": pod}}],
            "runPolicy": {
                "cleanPodPolicy": "All",
                "jobMaxRetryCount": _RESTARTS,
                "restartPolicy": {
                    "numRestartBeforeFullJobRestart": 3,
                    "evalPeriodSeconds": _PERIOD_S,
                    "maxFullJobRestarts": 3,
                },
            },
        },
    }
    return Emitted(jobs.dump([jobs.settings_map(job), made], HEAD))
