import pytest

from support.gateway import deployment, snapshot
from vanguard.core.clock import SystemClock
from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import Intent, Settled, encode_line
from vanguard.gateway.journal import Journal
from vanguard.gateway.ledger import Ledger, close_open_intents, restore_budgets
from vanguard.gateway.limits import Limiter
from vanguard.snapshot.model import Budget, JournalMark, Spend


def intent(number, reserved=50):
    return Intent(
        f"req_{number}",
        0,
        1_000,
        "key",
        "org",
        "team",
        "user",
        ("org", "team", "user", "key"),
        "m",
        "m/0",
        "scripted",
        "up",
        "chat",
        "openai_chat",
        reserved_usd_micros=reserved,
        price_id="p",
    )


def settled(number, cost=7):
    return Settled(f"req_{number}", 0, 2_000, "ok", cost_usd_micros=cost)


class FullDisk(Journal):
    full = False

    def append_line(self, line):
        if self.full:
            raise LedgerUnavailable("full")
        super().append_line(line)


def test_settlements_wait_for_the_disk_and_new_intents_do_not(tmp_path):
    journal = FullDisk(tmp_path)
    ledger = Ledger(journal)
    ledger.intend(encode_line(intent(1)))
    journal.full = True
    ledger.settled(settled(1))
    assert ledger.behind == 1
    with pytest.raises(LedgerUnavailable):
        ledger.intend(encode_line(intent(2)))
    journal.full = False
    ledger.intend(encode_line(intent(3)))
    assert [one.request_id for _, one in journal.replay(0)] == ["req_1", "req_1", "req_3"]
    assert ledger.behind == 0


def test_open_intents_of_a_dead_worker_are_charged_at_their_reservation(tmp_path):
    journal = Journal(tmp_path)
    for record in (intent(1), intent(2, reserved=90), settled(1)):
        journal.append(record)
    assert close_open_intents(Ledger(journal), JournalMark(0, 0), 5_000) == 1
    last = [one for _, one in journal.replay(0)][-1]
    assert (last.request_id, last.status, last.cost_usd_micros) == ("req_2", "unsettled", 90)
    assert close_open_intents(Ledger(journal), JournalMark(0, 0), 6_000) == 0


def budget_after(tmp_path, records, **more):
    folder = tmp_path / "gw-0"
    journal = Journal(folder)
    for record in records:
        journal.append(record)
    limiter = Limiter(SystemClock())
    value = snapshot([deployment("http://127.0.0.1:1/v1")], budget=Budget(1_000), **more)
    restore_budgets(limiter, [folder], value, 10_000)
    return limiter, folder, value


def test_spending_is_the_snapshots_plus_the_journal_above_its_mark(tmp_path):
    records = [intent(1), settled(1, 100), intent(2), intent(3), settled(2, 20), settled(3, 3)]
    probe = Journal(tmp_path / "probe")
    offsets = []
    for record in records:
        offsets.append(probe.offset)
        probe.append(record)
    # control has read up to the settlement of request 1; request 2 was open then
    limiter, folder, value = budget_after(
        tmp_path / "real",
        records,
        spend=(Spend("key", 0, 500),),
        journals={"gw-0": JournalMark(offset=offsets[4], replay_from=offsets[2])},
    )
    assert limiter.counters("key").spent == 500 + 20 + 3
    limiter.counters("key").spent = 1
    restore_budgets(limiter, [folder], value, 10_000)
    assert limiter.counters("key").spent == 1


def test_without_a_mark_everything_counts(tmp_path):
    limiter, _, _ = budget_after(tmp_path, [intent(1), settled(1, 100)])
    assert limiter.counters("key").spent == 100


def test_a_past_windows_spending_does_not_count(tmp_path):
    limiter = Limiter(SystemClock())
    now = 1_800_000_000_000
    value = snapshot(
        [deployment("http://127.0.0.1:1/v1")],
        budget=Budget(1_000, "day"),
        spend=(Spend("key", now - now % 86_400_000 - 86_400_000, 900),),
    )
    restore_budgets(limiter, [tmp_path], value, now)
    assert limiter.counters("key").spent == 0
