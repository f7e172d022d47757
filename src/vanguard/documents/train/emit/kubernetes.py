"""A Kubernetes Job: one machine with one or more GPUs.

It does not know a cluster. Fields are those of batch/v1 as of Kubernetes 1.37 (2026-10).
"""

from __future__ import annotations

from vanguard.core.errors import SettingsError
from vanguard.documents.train.emit import job as jobs
from vanguard.documents.train.emit.job import Emitted, Job

HEAD = "Kubernetes batch/v1; a pod that is lost is begun again and goes on at the newest checkpoint"
_TRIES = 6


def emit(job: Job) -> Emitted:
    """The job and its settings.

    Raises:
        SettingsError: a name or path that a cluster would refuse, or several machines.
    """
    jobs.check(job)
    if job.nodes > 1:
        raise SettingsError("a Kubernetes Job is one machine; for several emit hyperpod")
    start = ["vanguard"]
    if job.gpus > 1:
        start = ["torchrun", "--standalone", f"--nproc-per-node={job.gpus}", "-m", "vanguard"]
    instance = {"node.kubernetes.io/instance-type": job.instance} if job.instance else {}
    command = [*start, *job.command]
    if job.gpus > 1:
        # torchrun makes 1 of every exit code, and a model that is not promoted would be tried again
        command.append("--unpromoted-ok")
    pod = jobs.pod(job, command, instance) | {"restartPolicy": "Never"}
    queue = {"labels": {"kueue.x-k8s.io/queue-name": job.queue}} if job.queue else {}
    final = {"containerName": jobs.CONTAINER, "operator": "In"}
    spec = {
        "backoffLimit": _TRIES,
        "podFailurePolicy": {
            "rules": [
                {
                    "action": "FailJob",
                    "onExitCodes": final | {"values": [jobs.WRONG_USAGE, jobs.NOT_PROMOTED]},
                },
                {
                    "action": "Ignore",
                    "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
                },
            ]
        },
        "template": {"spec": pod},
    }
    made = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": job.name, **queue},
        "spec": spec,
    }
    return Emitted(jobs.dump([jobs.settings_map(job), made], HEAD))
