"""The training loop: TRL's supervised fine-tuning over pages, from the newest checkpoint on.

It does not know gates. Loss is taken of the answer alone: the question, the image and the system's
words are masked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, Features, Image, List, Value
from transformers import PrinterCallback, TrainerCallback, set_seed
from trl import SFTConfig, SFTTrainer

from vanguard.documents.train.checkpoints import newest
from vanguard.documents.train.examples import Example
from vanguard.documents.train.model import trained
from vanguard.documents.train.model.base import load_model, trained_dtype
from vanguard.documents.train.settings import Recipe

Listener = Callable[[int, int, Mapping[str, float]], None]
_ROLE = {"role": Value("string"), "content": Value("string")}
_FEATURES = {"prompt": List(_ROLE), "completion": List(_ROLE), "images": List(Image())}


def fit(
    base: Path,
    processor: Any,
    examples: Sequence[Example],
    recipe: Recipe,
    places: tuple[Path, Path],
    listen: Listener,
) -> tuple[Any, int, bool]:
    """Trains a model.

    Args:
        base: the folder of the model that training begins with.
        processor: of its input.
        examples: what it learns from.
        recipe: how.
        places: the folder of checkpoints, and the file of what was logged.
        listen: is told step, steps, and what was measured.

    Returns:
        The model, adapters still in it; the number of steps; whether this process is the one of
        several that writes.
    """
    checkpoints, log = places
    last = newest(checkpoints)
    # The trainer (transformers 5.24) finds a whole model's weights in a checkpoint by names that its
    # files do not have, and says nothing: without this they would be the base's again.
    start = last if last is not None and recipe.method == "decoder" else base
    set_seed(recipe.seed)
    model = trained.prepared(load_model(start, trained_dtype(recipe)), recipe)
    trainer = SFTTrainer(
        model=model,
        args=_arguments(recipe, checkpoints),
        train_dataset=_dataset(examples),
        processing_class=processor,
        optimizers=(trained.optimizer(model, recipe), None),
        callbacks=[_Log(log, listen)],
    )
    # it would print what the listener is told
    trainer.remove_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=None if last is None else str(last))
    return trainer.model, trainer.state.global_step, trainer.is_world_process_zero()


def _arguments(recipe: Recipe, checkpoints: Path) -> SFTConfig:
    cuda = torch.cuda.is_available()
    return SFTConfig(
        output_dir=str(checkpoints),
        num_train_epochs=recipe.epochs,
        max_steps=recipe.steps or -1,
        per_device_train_batch_size=recipe.batch_pages,
        gradient_accumulation_steps=recipe.accumulate,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=recipe.warmup_steps,
        weight_decay=recipe.weight_decay,
        bf16=recipe.precision == "bfloat16",
        activation_checkpointing=recipe.gradient_checkpointing,
        # too long pages were left out; nothing is cut
        max_length=None,
        completion_only_loss=True,
        save_strategy="steps",
        save_steps=recipe.save_steps,
        save_total_limit=recipe.keep_checkpoints,
        logging_steps=recipe.log_steps,
        seed=recipe.seed,
        data_seed=recipe.seed,
        dataloader_num_workers=recipe.loader_workers,
        dataloader_pin_memory=cuda,
        use_cpu=not cuda,
        # each page has an image, so no part of the model is ever passed over
        ddp_find_unused_parameters=False,
        optim="adamw_torch",
        report_to="none",
        disable_tqdm=True,
    )


def _dataset(examples: Sequence[Example]) -> Dataset:
    """The pages as TRL wants them; images are opened when their turn comes."""
    rows = {
        "prompt": [[{"role": "user", "content": one.question}] for one in examples],
        "completion": [[{"role": "assistant", "content": one.answer}] for one in examples],
        "images": [[str(one.image)] for one in examples],
    }
    return Dataset.from_dict(rows, features=Features(_FEATURES))


class _Log(TrainerCallback):  # type: ignore[misc]
    """Tells the listener of each logged step, and keeps all of them in a file beside checkpoints."""

    def __init__(self, path: Path, listen: Listener) -> None:
        self._path, self._listen = path, listen

    def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
        """A step was measured."""
        if state.is_world_process_zero and "loss" in (logs or {}):
            self._listen(state.global_step, state.max_steps, logs)

    def on_save(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """A checkpoint was written."""
        self._keep(state)

    def on_train_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """All steps are done."""
        self._keep(state)

    def _keep(self, state: Any) -> None:
        if state.is_world_process_zero:
            lines = "".join(json.dumps(entry) + "\n" for entry in state.log_history)
            part = self._path.with_name(f".{self._path.name}.part")
            part.write_text(lines, "utf-8")
            part.replace(self._path)
