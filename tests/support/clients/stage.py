"""Everything that a client's test stands on: the running gateway, the model behind it, the taps."""

from __future__ import annotations

from dataclasses import dataclass

from support.clients.programs import Place
from support.clients.scripted_model import ScriptedModel
from support.clients.tap import Fence, Tap
from support.platform import Platform, eventually

# `own` speaks the client's dialect, `foreign` the other one; each under a name of both families.
SETTINGS = """
models:
  claude-own:
    aliases: [claude-*, model_id]  # the second is what the suite of the SDK asks for
    deployments:
      - provider: anthropic
        base_url: {url}
        model: claude-own
        api_key: env:SCRIPTED_KEY
        price: {{input: 3, output: 15, cache_read: 0.30, cache_write: 3.75}}
  claude-foreign:
    deployments:
      - provider: openai
        base_url: {url}
        model: gpt-foreign
        api_key: env:SCRIPTED_KEY
        price: free
  gpt-own:
    aliases: [gpt-*]
    deployments:
      - provider: openai
        base_url: {url}
        model: gpt-own
        api_key: env:SCRIPTED_KEY
        price: free
  gpt-responses:
    deployments:
      - provider: openai-responses
        base_url: {url}
        model: gpt-responses
        api_key: env:SCRIPTED_KEY
        price: free
  gemini-own:
    aliases: [gemini-*]
    deployments:
      - provider: gemini
        base_url: {url}beta
        model: gemini-own
        api_key: env:SCRIPTED_KEY
        price: free
  bedrock-claude:
    deployments:
      - provider: bedrock
        base_url: {url}
        model: us.anthropic.claude-sonnet-4-5-20250929-v1:0
        api_key: env:SCRIPTED_KEY
        aws: {{region: us-east-1}}
        price: {{input: 3, output: 15, cache_read: 0.30, cache_write: 3.75}}
  embedding-own:
    kind: embedding
    aliases: [text-embedding-*]
    deployments:
      - provider: openai
        base_url: {url}
        model: embedding-own
        api_key: env:SCRIPTED_KEY
        price: free
  gpt-foreign:
    deployments:
      - provider: anthropic
        base_url: {url}
        model: claude-foreign
        api_key: env:SCRIPTED_KEY
        price: free
"""


@dataclass
class Stage:
    """One test's view of it; `place` is the client's home and working folder."""

    platform: Platform
    model: ScriptedModel
    tap: Tap
    fence: Fence
    place: Place

    def rows(self) -> list[dict]:
        """The settled usage rows of every turn that passed the tap, oldest first."""
        ids = {
            one.headers["request-id"]: None
            for one in self.tap.passed
            if one.status == 200
            and one.asked.method == "POST"
            and "count_tokens" not in one.asked.path
        }

        def settled() -> list[dict] | None:
            rows = [one for one in self.platform.requests() if one["request_id"] in ids]
            done = [one for one in reversed(rows) if one["status"] != "open"]
            return done if len(done) == len(ids) else None

        return eventually(settled) if ids else []
