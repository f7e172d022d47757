"""LiteLLM's proxy, one worker, a master key, no database. It writes no usage down."""

from __future__ import annotations

import json
import os
import time

from bench.peers import environments
from bench.peers.contract import KEY, Candidate, Running, Site
from bench.rig import process

PACKAGES = ("litellm[proxy]==1.106.2",)
_PROVIDERS = {"openai": ("openai/", "/v1"), "anthropic": ("anthropic/", "")}


def start(site: Site) -> Running:
    """Starts it with one row for each model."""
    port = process.free_port()
    config = site.folder / "litellm.json"
    models = []
    for model in site.models:
        prefix, path = _PROVIDERS[model.upstream]
        parameters = {
            "model": prefix + model.name,
            "api_base": f"http://127.0.0.1:{site.upstreams.port}{path}",
            "api_key": "none",
        }
        models.append({"model_name": model.name, "litellm_params": parameters})
    config.write_text(
        json.dumps(
            {
                "model_list": models,
                "general_settings": {"master_key": KEY},
                # else it translates to the Responses API, which few upstreams speak
                "litellm_settings": {"use_chat_completions_url_for_anthropic_messages": True},
            }
        )
    )
    command = [
        *(environments.program("litellm", "litellm"), "--config", str(config)),
        *("--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"),
    ]
    began = time.monotonic()
    started = process.spawn(
        command,
        site.core,
        site.folder / "litellm.log",
        env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        cwd=site.folder,
    )
    return Running("litellm", port, started, began)


CANDIDATE = Candidate(
    "litellm",
    "product",
    0.02,
    frozenset({"translate"}),
    start,
    lambda: environments.pinned(PACKAGES),
    lambda: environments.ensure("litellm", PACKAGES),
    "One worker, a master key, no database, a fiftieth of the load.",
)
