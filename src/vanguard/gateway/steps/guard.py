"""Applies guardrail policies to what goes in, and prepares the masking of what comes out.

It does not know patterns or dialects: policies check text, text slots say where text stands.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.dialects.text.contract import Channel
from vanguard.dialects.text.registry import TEXT_SLOTS
from vanguard.gateway.app import Gateway
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.masked import MaskedRelay
from vanguard.guardrails.regex_policy import CompiledPolicy, check
from vanguard.guardrails.stream import StreamMask


def guard_input(gateway: Gateway, exchange: Exchange) -> None:
    """Masks the body in place of the client's; unchanged bodies stay the same bytes.

    Raises:
        ContentBlocked: a rule matched that blocks.
        GuardUnavailable: a policy could not run and fails closed.
    """
    policies = tuple(policy for policy in exchange.policies if policy.on_input)
    if policies:
        slots = TEXT_SLOTS[exchange.door.dialect]
        mask = _whole_mask(gateway, exchange, policies, "input")
        exchange.body = slots.mask_request(exchange.body, mask)


def guard_output(gateway: Gateway, exchange: Exchange, relay: Relay) -> Relay:
    """The relay with the output policies around it, or itself when there are none."""
    policies = tuple(policy for policy in exchange.policies if policy.on_output)
    if not policies or exchange.door.operation != "chat":
        return relay

    def make_channel() -> Channel:
        return StreamMask(policies)

    mask = _whole_mask(gateway, exchange, policies, "output")
    return MaskedRelay(relay, TEXT_SLOTS[exchange.door.dialect], make_channel, mask)


def _whole_mask(
    gateway: Gateway, exchange: Exchange, policies: tuple[CompiledPolicy, ...], direction: str
) -> Callable[[str], str]:
    """A function for whole texts that counts what was found and says what could not run."""

    def mask(text: str) -> str:
        result = check(policies, text)
        for finding in result.findings:
            labels = (
                ("policy", finding.policy),
                ("rule", finding.rule),
                ("action", finding.action),
                ("direction", direction),
            )
            gateway.metrics.findings.add(labels, finding.matches)
        for policy in result.failed_open:
            gateway.log.warning("guardrail failed open", request_id=exchange.id, policy=policy)
        return result.text

    return mask
