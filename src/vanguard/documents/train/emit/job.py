"""What is written for another trainer: the recipe, and where things are on the machine that trains.

It does not know any of their formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
import yaml

from vanguard.core.errors import SettingsError
from vanguard.documents.train.settings import Recipe, dumps

CONTAINER = "train"
SETTINGS_FOLDER, SETTINGS = "/etc/vanguard", "train.toml"
VOLUME = "/data"
# what the exit codes of `vanguard documents train` say that no second try would change
NOT_PROMOTED, WRONG_USAGE = 3, 2
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Settings and places.

    Attributes:
        data, base, held_out, run: paths as the machine that trains sees them; `run` is where the
            results go, `held_out` may be empty.
        avoid: benchmarks' folders there.
        gate: words of the command line about the bar.
        name: of the job in a cluster.
        image: of its container, with Vanguard and its `train` extra in it.
        claim: the volume claim that is mounted at /data.
        gpus: of each of `nodes` machines.
        instance: the kind of machine, such as ml.p5.48xlarge; empty for any.
        queue: of Kueue; empty for none.
    """

    recipe: Recipe
    data: str
    base: str
    run: str
    held_out: str = ""
    avoid: tuple[str, ...] = ()
    gate: tuple[str, ...] = ()
    name: str = "vanguard-documents-train"
    image: str = "vanguard-train:latest"
    claim: str = "vanguard-data"
    gpus: int = 1
    nodes: int = 1
    instance: str = ""
    queue: str = ""

    @property
    def command(self) -> list[str]:
        """The words after `vanguard` that carry the job out."""
        words = ["documents", "train", self.data, "--base", self.base, "--output", self.run]
        words += ["--settings", f"{SETTINGS_FOLDER}/{SETTINGS}"]
        if self.held_out:
            words += ["--held-out", self.held_out, *self.gate]
        for folder in self.avoid:
            words += ["--avoid", folder]
        return words


class Emitted(msgspec.Struct, frozen=True):
    """What was written.

    Attributes:
        text: of the file.
        losses: settings that the trainer has no field for, a line each.
    """

    text: str
    losses: tuple[str, ...] = ()


def check(job: Job) -> None:
    """Raises SettingsError when a cluster would refuse the job's names or numbers."""
    if not _NAME.fullmatch(job.name):
        raise SettingsError(
            f"name: {job.name!r} is not of at most 52 small letters, digits and hyphens"
        )
    if not (1 <= job.gpus <= 64 and 1 <= job.nodes <= 1024):
        raise SettingsError(f"{job.nodes} nodes of {job.gpus} GPUs: out of bounds")
    for what in ("data", "base", "run", "held_out"):
        path = getattr(job, what)
        if path and not path.startswith(f"{VOLUME}/"):
            raise SettingsError(
                f"{what}: {path} is not in {VOLUME}, where the volume claim {job.claim!r} is mounted"
            )


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump(documents: list[Mapping[str, object]], head: str, losses: tuple[str, ...] = ()) -> str:
    """YAML with comments above it."""
    comments = [head, *(f"not carried over: {loss}" for loss in losses)]
    lines = "".join(f"# {line}\n" for line in comments)
    return lines + yaml.dump_all(
        documents,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        explicit_start=len(documents) > 1,
        width=1000,
    )


def settings_map(job: Job) -> dict[str, object]:
    """A ConfigMap with the recipe as the verb's settings file."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{job.name}-settings"},
        "data": {SETTINGS: dumps(job.recipe)},
    }


def pod(job: Job, command: list[str], node_selector: Mapping[str, str]) -> dict[str, object]:
    """What both kinds of cluster jobs run.

    One container with the volume, the settings, and memory that the loader's processes share.
    """
    mounts = [
        {"name": "data", "mountPath": VOLUME},
        {"name": "settings", "mountPath": SETTINGS_FOLDER, "readOnly": True},
        {"name": "shared-memory", "mountPath": "/dev/shm"},  # noqa: S108 - a mount, not a file
    ]
    container: dict[str, object] = {
        "name": CONTAINER,
        "image": job.image,
        "command": command,
        "env": [{"name": "HF_HUB_OFFLINE", "value": "1"}],
        "resources": {"limits": {"nvidia.com/gpu": job.gpus}},
        "securityContext": {"allowPrivilegeEscalation": False},
        "volumeMounts": mounts,
    }
    spec: dict[str, object] = {
        "containers": [container],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": job.claim}},
            {"name": "settings", "configMap": {"name": f"{job.name}-settings"}},
            {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}},
        ],
    }
    return spec | ({"nodeSelector": dict(node_selector)} if node_selector else {})
