"""A settings file of axolotl, and the pages in the form that it reads: `axolotl train FILE.yaml`.

It does not know whether axolotl is installed. Fields are those of `AxolotlInputConfig` in axolotl
0.19.0 (2026-11-26). Of pages as they are it would put the image behind the question (there,
processing_strategies.py), so they are written anew with the image as the first part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from vanguard.documents.train.emit import job as jobs
from vanguard.documents.train.emit.job import Emitted, Job
from vanguard.documents.train.examples import Example

HEAD = "axolotl 0.19: axolotl train THIS_FILE"
# patterns are matched from the beginning of a weight's name
_LANGUAGE = (r"^model\.language_model\.", r"^lm_head\.", r"^model\.visual\.merger\.")
_LORA = r"model\.language_model\.layers\.\d+\.(self_attn|mlp)\.(q|k|v|o|gate|up|down)_proj"


def emit(job: Job) -> Emitted:
    """The settings; `job.data` is the file that `pages` wrote."""
    recipe = job.recipe
    settings: dict[str, object] = {
        "base_model": job.base,
        "processor_type": "AutoProcessor",
        "chat_template": "qwen2_vl",
        "skip_prepare_dataset": True,
        "remove_unused_columns": False,
        "sample_packing": False,
        "datasets": [
            {"path": job.data, "ds_type": "json", "split": "train", "type": "chat_template"}
        ],
        "val_set_size": 0.0,
        "output_dir": job.run,
        "sequence_len": recipe.max_tokens,
        "pad_to_sequence_len": False,
        "excess_length_strategy": "drop",
        "num_epochs": recipe.epochs,
        **({"max_steps": recipe.steps} if recipe.steps else {}),
        "micro_batch_size": recipe.batch_pages,
        "gradient_accumulation_steps": recipe.accumulate,
        "optimizer": "adamw_torch",
        "learning_rate": recipe.learning_rate,
        "lr_scheduler": "cosine",
        "warmup_steps": recipe.warmup_steps,
        "weight_decay": recipe.weight_decay,
        "bf16": recipe.precision == "bfloat16",
        "gradient_checkpointing": recipe.gradient_checkpointing,
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "save_steps": recipe.save_steps,
        "save_total_limit": recipe.keep_checkpoints,
        "logging_steps": recipe.log_steps,
        "dataloader_num_workers": recipe.loader_workers,
        "seed": recipe.seed,
    }
    if recipe.method == "lora":
        settings |= {
            "adapter": "lora",
            "lora_r": recipe.lora_rank,
            "lora_alpha": recipe.lora_alpha,
            "lora_dropout": recipe.lora_dropout,
            "lora_target_modules": _LORA,
        }
    elif not recipe.vision_learning_rate:
        settings["unfrozen_parameters"] = list(_LANGUAGE)
    losses = tuple(_losses(job))
    return Emitted(jobs.dump([settings], HEAD, losses), losses)


def pages(examples: Sequence[Example]) -> Iterator[bytes]:
    """The lines of the file of pages."""
    for one in examples:
        content = [
            {"type": "image", "path": str(one.image)},
            {"type": "text", "text": one.question},
        ]
        answer = [{"type": "text", "text": one.answer}]
        messages = [{"role": "user", "content": content}, {"role": "assistant", "content": answer}]
        yield msgspec.json.encode({"messages": messages}) + b"\n"


def _losses(job: Job) -> Iterator[str]:
    recipe = job.recipe
    fewest, most = recipe.image_px
    yield f"the size of images ({fewest} to {most} pixels): set it in the base's preprocessor_config.json"
    if recipe.vision_learning_rate:
        yield "vision_learning_rate: there is one rate for all weights, and LoRA has none for images"
    if job.held_out:
        yield "the gate: measure with `vanguard documents evaluate`"
