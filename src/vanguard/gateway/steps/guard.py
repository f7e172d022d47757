"""Applies guardrail policies to what goes in, and prepares the masking of what comes out.

It does not know patterns or dialects: policies check text, text slots say where text stands.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.dialects.framing import make_splitter
from vanguard.dialects.text.contract import Channel
from vanguard.dialects.text.registry import TEXT_SLOTS
from vanguard.gateway.app import Gateway
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.wrappers.masked import MaskedRelay
from vanguard.guardrails.regex_policy import CompiledPolicy, Finding, check
from vanguard.guardrails.stream import StreamMask


def guard_input(gateway: Gateway, exchange: Exchange) -> None:
    """Masks the body in place of the client's; unchanged bodies stay the same bytes.

    Raises:
        ContentBlocked: a rule matched that blocks.
        GuardUnavailable: a policy could not run and fails closed.
    """
    policies = exchange.lane.on_input
    if policies:
        slots = TEXT_SLOTS[exchange.door.dialect]
        mask = _whole_mask(gateway, exchange, policies, "input")
        exchange.replace_body(slots.mask_request(exchange.body, mask))


def guard_output(gateway: Gateway, exchange: Exchange, relay: Relay) -> Relay:
    """The relay with the output policies around it, or itself when there are none."""
    policies = exchange.lane.on_output
    if not policies or exchange.door.operation != "chat":
        return relay

    def make_channel() -> Channel:
        return _CountedMask(gateway, exchange, policies)

    mask = _whole_mask(gateway, exchange, policies, "output")
    dialect = exchange.door.dialect
    return MaskedRelay(relay, TEXT_SLOTS[dialect], make_channel, mask, make_splitter(dialect))


def _whole_mask(
    gateway: Gateway, exchange: Exchange, policies: tuple[CompiledPolicy, ...], direction: str
) -> Callable[[str], str]:
    """A function for whole texts that counts what was found and says what could not run."""

    def mask(text: str) -> str:
        result = check(policies, text)
        for finding in result.findings:
            _count(gateway, finding, direction)
        for policy in result.failed_open:
            gateway.log.warning("guardrail failed open", request_id=exchange.id, policy=policy)
        return result.text

    return mask


class _CountedMask:
    """A stream's channel that tells what it found when its text ends."""

    def __init__(
        self, gateway: Gateway, exchange: Exchange, policies: tuple[CompiledPolicy, ...]
    ) -> None:
        self._gateway = gateway
        self._exchange = exchange
        self._mask = StreamMask(policies)

    def feed(self, text: str) -> str:
        """The next piece."""
        return self._mask.feed(text)

    def finish(self) -> str:
        """The rest."""
        rest = self._mask.finish()
        for finding in self._mask.findings:
            _count(self._gateway, finding, "output")
        for policy in self._mask.failed_open:
            request_id = self._exchange.id
            self._gateway.log.warning("guardrail failed open", request_id=request_id, policy=policy)
        return rest


def _count(gateway: Gateway, finding: Finding, direction: str) -> None:
    labels = (
        ("policy", finding.policy),
        ("rule", finding.rule),
        ("action", finding.action),
        ("direction", direction),
    )
    gateway.metrics.findings.add(labels, finding.matches)
