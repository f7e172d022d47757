"""`vanguard documents train`.

It does not know how a model is trained; it reads options and shows how far the run is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vanguard.cli.output import note, print_table

if TYPE_CHECKING:
    from vanguard.documents.train.gate.bar import Bar, Verdict
    from vanguard.documents.train.run import Places, Report
    from vanguard.documents.train.settings import Recipe

TRAINERS = ("ms-swift", "axolotl", "kubernetes", "hyperpod")
_CLUSTER = ("image", "claim", "gpus", "nodes", "instance", "queue")
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("data", metavar="PAGES", type=click.Path(path_type=Path))
@click.option(
    "--base", type=_FOLDER, metavar="DIR", required=True, help="A Qwen2.5-VL model's folder."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    required=True,
    help="The run's folder; with --emit a file.",
)
@click.option(
    "--held-out",
    type=click.Path(path_type=Path),
    metavar="PAGES",
    help="Pages to measure on, as PAGES; without them nothing is promoted.",
)
@click.option(
    "--avoid",
    type=_FOLDER,
    metavar="DIR",
    multiple=True,
    help="A benchmark: no page with text of it is learnt from; may be repeated.",
)
@click.option("--settings", type=_FILE, metavar="FILE", help="TOML with any of the settings.")
@click.option(
    "--method",
    type=click.Choice(("decoder", "lora")),
    help="All weights but the vision tower's, or LoRA.  [default: decoder]",
)
@click.option("--epochs", type=float, metavar="N", help="[default: 3]")
@click.option("--steps", type=int, metavar="N", help="Ends before the epochs do.  [default: 0, no]")
@click.option("--batch-pages", type=int, metavar="N", help="Of one device.  [default: 1]")
@click.option("--accumulate", type=int, metavar="N", help="Batches of a step.  [default: 8]")
@click.option("--learning-rate", type=float, metavar="RATE", help="[default: 1e-4]")
@click.option("--precision", type=click.Choice(("bfloat16", "float32")), help="[default: bfloat16]")
@click.option(
    "--seed", type=int, metavar="S", help="The same seed, the same weights.  [default: 0]"
)
@click.option(
    "--bar",
    metavar="FIGURES",
    help="Figures that must be no worse than the base's, or than a value: cer,teds,cer=0.05."
    "  [default: cer,numbers_exact,teds,failed]",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help="How much worse still counts as no worse.",
)
@click.option("--unpromoted-ok", is_flag=True, help="Exit with 0 though nothing was promoted.")
@click.option(
    "--emit",
    type=click.Choice(TRAINERS),
    help="Train nothing: write the same settings for another trainer or a cluster. Paths are then"
    " those of the machine that trains, in a cluster under /data.",
)
@click.option(
    "--run",
    metavar="DIR",
    default="/data/run",
    show_default=True,
    help="With --emit: the run's folder.",
)
@click.option(
    "--image", metavar="NAME", help="With --emit: a container with vanguard-ai[documents,train]."
)
@click.option("--claim", metavar="NAME", help="With --emit: the volume claim that is /data.")
@click.option("--gpus", type=int, metavar="N", help="With --emit: of each machine.  [default: 1]")
@click.option("--nodes", type=int, metavar="N", help="With --emit: machines.  [default: 1]")
@click.option(
    "--instance", metavar="TYPE", help="With --emit: of machines, such as ml.p5.48xlarge."
)
@click.option("--queue", metavar="NAME", help="With --emit: of Kueue.")
def train(
    *,
    data: Path,
    base: Path,
    output: Path,
    held_out: Path | None,
    avoid: tuple[Path, ...],
    settings: Path | None,
    bar: str | None,
    margin: float,
    unpromoted_ok: bool,
    emit: str | None,
    run: str,
    **given: object,
) -> int:
    """Train a model to read pages, and promote it if it is no worse.

    PAGES is a folder or a chat.jsonl that `vanguard documents synth --format chat` made. The base is
    a folder on this machine; nothing is downloaded. A run that was stopped goes on when the same
    command is given again. The exit code is 3 when the model was trained but not promoted.
    """
    from vanguard.documents.train import run as runs  # noqa: PLC0415 - not for --help
    from vanguard.documents.train import settings as recipes  # noqa: PLC0415 - not for --help

    asked = {name: value for name, value in given.items() if value is not None}
    cluster = {name: asked.pop(name) for name in _CLUSTER if name in asked}
    recipe = recipes.load(settings, asked)
    places = runs.Places(data, base, output, held_out, avoid)
    if emit is not None:
        gate = ("--bar", bar) if bar else ()
        return _emit(
            emit, recipe, places, cluster | {"run": run, "gate": (*gate, "--margin", str(margin))}
        )
    if cluster:
        raise click.UsageError(f"--{next(iter(cluster))} is for --emit")
    report = runs.run(recipe, _bar(bar, margin, recipe.seed), places, _tell)
    code = _say(report, output)
    return 0 if unpromoted_ok else code


def _emit(trainer: str, recipe: Recipe, places: Places, cluster: dict[str, object]) -> int:
    import msgspec  # noqa: PLC0415 - not for --help

    from vanguard.documents.train.emit.job import Job  # noqa: PLC0415 - not for --help
    from vanguard.documents.train.emit.registry import write  # noqa: PLC0415 - not for --help

    job = Job(
        recipe=recipe,
        data=str(places.data),
        base=str(places.base),
        run="",
        held_out=str(places.held_out or ""),
        avoid=tuple(map(str, places.avoid)),
    )
    emitted = write(trainer, msgspec.structs.replace(job, **cluster), places.out)
    for loss in emitted.losses:
        note(f"not carried over: {loss}")
    click.echo(f"written for {trainer}, not run: {places.out}")
    return 0


def _bar(text: str | None, margin: float, seed: int) -> Bar:
    from vanguard.documents.train.gate.bar import JUDGED, Bar  # noqa: PLC0415 - not for --help

    if text is None:
        return Bar(figures=JUDGED, margin=margin, seed=seed)
    figures: list[str] = []
    fixed: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            figures.append(name)
            continue
        try:
            fixed[name] = float(value)
        except ValueError as error:
            raise click.UsageError(f"--bar: {value!r} is no number in {part!r}") from error
    return Bar(figures=tuple(figures), fixed=fixed, margin=margin, seed=seed)


def _tell(what: str, done: int, count: int, logs: Mapping[str, float]) -> None:
    loss = f", loss {logs['loss']:.4f}" if "loss" in logs else ""
    note(f"{what} {done:,} of {count:,}{loss}")


def _say(report: Report, output: Path) -> int:
    for reason, count in report.left_out.items():
        if count:
            note(f"left out: {count:,} pages ({reason.replace('_', ' ')})")
    if report.model is None:
        return 0
    click.echo(f"trained on {report.pages:,} pages: {report.model}")
    if report.verdict is None:
        click.echo("not promoted: there are no held-out pages to measure on (--held-out)")
        return 0
    _show(report.verdict)
    if report.verdict.passed:
        click.echo(f"promoted: {output / 'promoted'}")
        return 0
    click.echo(f"not promoted, kept: {report.model}")
    return 3


def _show(verdict: Verdict) -> None:
    rows = [
        (
            one.figure,
            f"{one.candidate:.4f}",
            f"{one.bar:.4f} ({one.against})",
            f"{one.interval[0]:+.4f} to {one.interval[1]:+.4f}",
            "yes" if one.passed else "NO",
        )
        for one in verdict.judged
    ]
    print_table(("FIGURE", "CANDIDATE", "BAR", "95% OF DIFFERENCE", "NO WORSE"), rows)
    for name in verdict.silent:
        note(f"{name}: no page has a say in it")
