"""A settings file of ms-swift: `swift sft FILE.yaml`.

It does not know whether ms-swift is installed. Fields are those of `SftArguments` in ms-swift 4.6.0
(2026-11-26); what stands under `ENV` is set as variables (swift/cli/main.py there).
"""

from __future__ import annotations

from pathlib import PurePosixPath

from vanguard.documents.train.emit import job as jobs
from vanguard.documents.train.emit.job import Emitted, Job
from vanguard.documents.train.examples import CHAT

HEAD = "ms-swift 4.6: swift sft THIS_FILE"


def emit(job: Job) -> Emitted:
    """The settings; pages are read as they are."""
    recipe = job.recipe
    fewest, most = recipe.image_px
    lora = recipe.method == "lora"
    data = _file(job.data)
    settings: dict[str, object] = {
        "ENV": {
            "ROOT_IMAGE_DIR": str(PurePosixPath(data).parent),
            "MIN_PIXELS": fewest,
            "MAX_PIXELS": most,
            "NPROC_PER_NODE": job.gpus,
        },
        "model": job.base,
        "model_type": "qwen2_5_vl",
        "use_hf": True,
        "check_model": False,
        "dataset": [data],
        **({"val_dataset": [_file(job.held_out)]} if job.held_out else {}),
        "output_dir": job.run,
        "add_version": False,
        "tuner_type": "lora" if lora else "full",
        "freeze_llm": False,
        "freeze_vit": not recipe.vision_learning_rate,
        # with LoRA what joins both parts stays as it is, as it does here
        "freeze_aligner": lora,
        "torch_dtype": recipe.precision,
        "max_length": recipe.max_tokens,
        "truncation_strategy": "delete",
        "num_train_epochs": recipe.epochs,
        "max_steps": recipe.steps or -1,
        "per_device_train_batch_size": recipe.batch_pages,
        "gradient_accumulation_steps": recipe.accumulate,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": recipe.warmup_steps,
        "weight_decay": recipe.weight_decay,
        "gradient_checkpointing": recipe.gradient_checkpointing,
        "save_steps": recipe.save_steps,
        "save_total_limit": recipe.keep_checkpoints,
        "logging_steps": recipe.log_steps,
        "dataloader_num_workers": recipe.loader_workers,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "report_to": ["none"],
    }
    if recipe.vision_learning_rate:
        settings["vit_lr"] = recipe.vision_learning_rate
    if lora:
        settings |= {
            "target_modules": ["all-linear"],
            "lora_rank": recipe.lora_rank,
            "lora_alpha": recipe.lora_alpha,
            "lora_dropout": recipe.lora_dropout,
        }
    losses = ["the gate: measure with `vanguard documents evaluate`"]
    losses += ["avoid: leave benchmarks out with `documents synth --avoid`"] if job.avoid else []
    return Emitted(jobs.dump([settings], HEAD, tuple(losses)), tuple(losses))


def _file(place: str) -> str:
    """The file of pages of a folder, or the file itself."""
    return place if place.endswith(".jsonl") else str(PurePosixPath(place) / CHAT)
