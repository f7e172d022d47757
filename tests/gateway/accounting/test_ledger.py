import pytest

from support.gateway import deployment, snapshot
from vanguard.core.clock import SystemClock
from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import MOST_USD_MICROS, Intent, Settled, encode_line
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.accounting.ledger import Ledger, close_open_intents
from vanguard.gateway.limits import Limiter
from vanguard.gateway.limits.spending import restore_budgets
from vanguard.snapshot.model import Budget, JournalMark, Spend
from vanguard.snapshot.window import window_start_ms


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


def settled(number, cost=7, at_ms=2_000):
    return Settled(f"req_{number}", 0, at_ms, "ok", cost_usd_micros=cost)


def records(journal):
    return [record for _, record in journal.replay(0)]


class FullDisk(Journal):
    full = False

    def append_lines(self, lines):
        return 0 if self.full else super().append_lines(lines)


class Asking:
    """Waits for an intent."""

    heard = None

    def journalled(self):
        self.heard = "journalled"

    def unjournalled(self, error, *, stands):
        self.heard = (error, stands)


def a_ledger(journal):
    return Ledger(journal, call_soon=lambda callback: None)


def hand_in(ledger, record):
    asking = Asking()
    ledger.intend(encode_line(record), asking)
    ledger.flush()
    return asking


def test_settlements_wait_for_the_disk_and_new_intents_do_not(tmp_path):
    journal = FullDisk(tmp_path)
    ledger = a_ledger(journal)
    hand_in(ledger, intent(1))
    journal.full = True
    ledger.settled(settled(1))
    ledger.flush()
    assert ledger.behind == 1
    with pytest.raises(LedgerUnavailable):
        hand_in(ledger, intent(2))
    journal.full = False
    hand_in(ledger, intent(3))
    assert [one.request_id for one in records(journal)] == ["req_1", "req_1", "req_3"]
    assert ledger.behind == 0


def test_all_that_was_admitted_may_wait_and_comes_in_order(tmp_path):
    journal = FullDisk(tmp_path)
    ledger = a_ledger(journal)
    for number in range(300):
        hand_in(ledger, intent(number))
    journal.full = True
    for number in range(300):
        ledger.settled(settled(number))
        ledger.flush()
    assert ledger.behind == 300
    journal.full = False
    ledger.retry()
    assert records(journal)[300:] == [settled(number) for number in range(300)]


class TakesTwo(Journal):
    """A disk that fills up after two more lines."""

    def append_lines(self, lines):
        return super().append_lines(lines[:2]) if lines[:2] else 0


def test_one_turn_is_one_write_and_each_of_its_records_has_its_own_fate(tmp_path):
    journal = TakesTwo(tmp_path)
    ledger = a_ledger(journal)
    asking = [Asking() for _ in range(4)]
    for number, one in enumerate(asking[:3]):
        ledger.intend(encode_line(intent(number)), one)
    ledger.settled(settled(9))
    said = []
    ledger.after(lambda: said.append(ledger.behind))
    assert (said, [one.heard for one in asking]) == ([], [None] * 4)
    ledger.flush()
    assert said == [1]
    assert [one.heard for one in asking[:2]] == ["journalled"] * 2
    assert asking[2].heard[1] is False
    assert [one.request_id for one in records(journal)] == ["req_0", "req_1"]
    ledger.retry()
    assert records(journal)[2:] == [settled(9)]


def test_what_one_request_raises_keeps_no_other_one_waiting(tmp_path):
    ledger = a_ledger(Journal(tmp_path))
    raised, said = [], []
    ledger.on_defect = raised.append
    broken, asking = Asking(), Asking()
    broken.journalled = lambda: 1 / 0
    ledger.intend(encode_line(intent(1)), broken)
    ledger.intend(encode_line(intent(2)), asking)
    ledger.after(lambda: 1 / 0)
    ledger.after(lambda: said.append("after"))
    ledger.flush()
    assert (asking.heard, said) == ("journalled", ["after"])
    assert [type(one) for one in raised] == [ZeroDivisionError] * 2


def test_money_counts_as_spent_when_its_settlement_is_written_and_not_before(tmp_path):
    journal = FullDisk(tmp_path)
    ledger = a_ledger(journal)
    done = []
    journal.full = True
    ledger.settled(settled(1), lambda: done.append(1))
    ledger.flush()
    assert (done, ledger.behind) == ([], 1)
    journal.full = False
    ledger.retry()
    ledger.settled(settled(2), lambda: done.append(2))
    ledger.commit()
    assert (done, ledger.behind) == ([1, 2], 0)


def test_what_is_written_early_is_told_in_its_turn(tmp_path):
    ledger = a_ledger(Journal(tmp_path))
    asking = Asking()
    ledger.intend(encode_line(intent(1)), asking)
    ledger.commit()
    assert (asking.heard, len(records(ledger.journal))) == (None, 1)
    ledger.flush()
    assert asking.heard == "journalled"


def test_what_no_reader_accepts_is_written_as_the_most_that_one_does(tmp_path):
    journal = Journal(tmp_path)
    ledger = a_ledger(journal)
    assert hand_in(ledger, intent(1, reserved=MOST_USD_MICROS)).heard == "journalled"
    ledger.settled(settled(1, cost=10**30))
    ledger.flush()
    one, other = records(journal)
    assert (one.reserved_usd_micros, other.cost_usd_micros) == (MOST_USD_MICROS,) * 2


class NoSync(Journal):
    """Under `always`, on a disk that takes writes and forgets them."""

    broken = True

    def sync(self):
        self.sync_error = "Input/output error" if self.broken else ""
        return not self.broken


def test_a_call_whose_intent_may_not_survive_is_not_made_and_costs_nothing(tmp_path):
    journal = NoSync(tmp_path, fsync="always")
    ledger = a_ledger(journal)
    error, stands = hand_in(ledger, intent(1)).heard
    assert stands
    assert "Input/output" in error.message
    with pytest.raises(LedgerUnavailable, match="Input/output"):
        hand_in(ledger, intent(2))
    # the first one was written before the disk was known to forget; the second never was
    assert [one.request_id for one in records(journal)] == ["req_1"]
    journal.broken = False
    assert hand_in(ledger, intent(3)).heard == "journalled"
    assert close_open_intents(ledger, JournalMark(0, 0), 5_000) == 2


def test_open_intents_of_a_dead_worker_are_charged_at_their_reservation(tmp_path):
    journal = Journal(tmp_path)
    for record in (intent(1), intent(2, reserved=90), settled(1)):
        journal.append(record)
    assert close_open_intents(a_ledger(journal), JournalMark(0, 0), 5_000) == 1
    last = [one for _, one in journal.replay(0)][-1]
    assert (last.request_id, last.status, last.cost_usd_micros) == ("req_2", "unsettled", 90)
    assert close_open_intents(a_ledger(journal), JournalMark(0, 0), 6_000) == 0


def test_a_mark_that_lies_in_no_segment_is_of_another_journal(tmp_path):
    Journal(tmp_path).append(intent(1))
    journal = Journal(tmp_path)
    mark = JournalMark(5_000_000, 5_000_000)
    assert close_open_intents(a_ledger(journal), mark, 5_000) == 1
    assert close_open_intents(a_ledger(journal), mark, 5_000) == 0


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


NOVEMBER = 1_793_491_200_000  # 2026-11-01T00:00:00Z
HOUR = 3_600_000
YEAR = 365 * 24 * HOUR


@pytest.mark.parametrize("window", ["day", "month"])
@pytest.mark.parametrize(
    ("settled_at", "now", "counts"),
    [
        (NOVEMBER - 1, NOVEMBER, False),
        (NOVEMBER, NOVEMBER + 1, True),
        (NOVEMBER + 1, NOVEMBER - 1, False),  # the clock went back over the month's end
        (NOVEMBER + YEAR, NOVEMBER + 1, False),  # it had been a year ahead
        (NOVEMBER - YEAR, NOVEMBER, False),
        (NOVEMBER + 5, NOVEMBER + HOUR, True),
        (NOVEMBER + HOUR, NOVEMBER + 5, True),  # it went back within the window
    ],
)
def test_after_a_restart_a_record_counts_in_the_window_that_control_puts_it_in(
    tmp_path, window, settled_at, now, counts
):
    journal = Journal(tmp_path)
    journal.append(intent(1))
    journal.append(settled(1, 100, settled_at))
    limiter = Limiter(SystemClock())
    value = snapshot([deployment("http://127.0.0.1:1/v1")], budget=Budget(1_000, window))
    restore_budgets(limiter, [tmp_path], value, now)
    assert limiter.counters("key").spent == (100 if counts else 0)
    assert counts == (window_start_ms(window, settled_at) == window_start_ms(window, now))
