"""What a guardrail policy says, as a value that settings, snapshot and gateway share.

It does not know how text is searched; that is `vanguard.guardrails`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Action = Literal["block", "mask"]


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One regular expression and what happens where it matches.

    Attributes:
        name: shown in errors and findings; also the default replacement, as `[name]`.
        pattern: syntax of the `regex` package.
        action: `block` refuses the request or ends the answer; `mask` replaces the match.
        replacement: text put in place of a masked match; empty means `[name]`.
    """

    name: str
    pattern: str
    action: Action = "mask"
    replacement: str = ""


class Policy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A named list of rules with the directions it applies to.

    Attributes:
        fail_open: let text pass when the policy itself cannot run (default: refuse).
    """

    name: str
    rules: tuple[Rule, ...]
    on_input: bool = True
    on_output: bool = True
    fail_open: bool = False
