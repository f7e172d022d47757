import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effort import times
from support.gateway import deployment, snapshot
from support.records import intent, settled
from vanguard.core.errors import BudgetExceeded
from vanguard.core.journal import segment_name
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.limits import Limiter
from vanguard.gateway.limits.spending import (
    Spent,
    Stretch,
    add_open,
    add_settled,
    beyond_mark,
    journal_end,
    restore_budgets,
    spent_as_published,
    starts_of,
)
from vanguard.snapshot.model import Budget, JournalMark, Scope, Spend

DAY_MS = 86_400_000
SCOPE = "k"
TOTAL = {SCOPE: "total"}


def made(request_id, reserved=50, **more):
    return intent(request_id, scopes=("team", SCOPE), reserved_usd_micros=reserved, **more)


def journal_of(folder, *records):
    """Offsets of the records, and the end."""
    journal = Journal(folder)
    offsets = []
    for record in records:
        offsets.append(journal.offset)
        journal.append(record)
    offsets.append(journal.offset)
    journal.close()
    return offsets


def test_settlements_of_a_stretch_count_where_their_intent_may_lie_before(tmp_path):
    at = journal_of(
        tmp_path,
        made("a"),
        made("b"),
        settled("a", cost_usd_micros=7),
        settled("b", cost_usd_micros=5),
        settled("b", cost_usd_micros=5),
        made("c", 90),
        made("d"),
        settled("d", cost_usd_micros=1),
    )
    spent = Spent([SCOPE])
    left = add_settled(spent, Stretch(tmp_path, 0, at[3]), {SCOPE: 0}, TOTAL)
    assert spent == {SCOPE: 5 + 1}
    assert [one.request_id for one in left.values()] == ["c"]
    assert list(left) == [at[5]]
    add_open(spent, left.values())
    assert spent == {SCOPE: 5 + 1 + 90}
    # up to an end, and not what is no longer in the window
    spent = Spent([SCOPE])
    assert len(add_settled(spent, Stretch(tmp_path, 0, 0, at[3]), {SCOPE: 0}, TOTAL)) == 1
    assert spent == {SCOPE: 7}
    add_settled(spent, Stretch(tmp_path, 0, 0), {SCOPE: 2**60}, {SCOPE: "day"})
    assert spent == {SCOPE: 7}


def test_a_mark_beyond_the_end_is_of_another_journal(tmp_path):
    end = journal_of(tmp_path / "w", made("a"))[-1]
    value = snapshot([deployment("http://h/v1")], journals={"w": JournalMark(end, 0)})
    assert beyond_mark(tmp_path / "w", value) == Stretch(tmp_path / "w", 0, end)
    value = msgspec.structs.replace(value, journals={"w": JournalMark(end + 1, end + 1)})
    assert beyond_mark(tmp_path / "w", value) == Stretch(tmp_path / "w", 0, 0)
    assert beyond_mark(tmp_path / "x", value).offset == 0


def test_only_the_present_window_of_a_budget_counts():
    now = 20_000 * DAY_MS + 5
    scopes = [Scope(SCOPE, "key", "k", budget=Budget(9, "day")), Scope("t", "team", "t")]
    starts = starts_of(scopes, now)
    assert starts == {SCOPE: 20_000 * DAY_MS}
    spends = (Spend(SCOPE, 19_999 * DAY_MS, 9), Spend("t", 0, 8))
    value = snapshot([deployment("http://h/v1")], spend=spends)
    assert spent_as_published(value, starts) == {SCOPE: 0}
    later = (Spend(SCOPE, 20_000 * DAY_MS, 4), Spend(SCOPE, 20_002 * DAY_MS, 3))
    value = msgspec.structs.replace(value, spend=later)
    spent = spent_as_published(value, starts)
    assert (spent, spent.ahead) == ({SCOPE: 4}, {SCOPE: {20_002 * DAY_MS: 3}})


def test_the_end_is_that_of_the_last_segment(tmp_path):
    journal = Journal(tmp_path, segment_bytes=1)
    for number in range(3):
        journal.append(made(f"r{number}"))
    journal.close()
    last = max(tmp_path.glob("*.journal"))
    with last.open("ab") as file:
        file.write(b"00000000 {}\nabc")
    assert journal_end(tmp_path) == int(last.stem) + last.stat().st_size
    assert journal_end(tmp_path / "none") == 0
    # whoever put it there
    (tmp_path / segment_name(int(last.stem) + 1)).touch()
    assert journal_end(tmp_path) == int(last.stem) + last.stat().st_size


JANUARY_MS, FEBRUARY_MS, MARCH_MS = 1_767_225_600_000, 1_769_904_000_000, 1_772_323_200_000
MONTHS = (JANUARY_MS, FEBRUARY_MS, MARCH_MS)
BUDGET = 100


class Books:
    """A gateway that counts for itself, its journal, and control's sums, under a clock that is set at will."""

    def __init__(self, folder):
        self.folder = folder
        self.month = JANUARY_MS
        self.sums = dict.fromkeys(MONTHS, 0)
        self.published = (0, dict.fromkeys(MONTHS, 0))
        self.journal = Journal(folder)
        self.scope = Scope(SCOPE, "key", "k", budget=Budget(BUDGET, "month"))
        self.start()

    def now_ms(self):
        return self.month + 86_400_000

    def monotonic(self):
        return 1_000.0

    def start(self):
        """A new gateway: what its predecessor has spent comes from snapshot and journal."""
        mark, sums = self.published
        spends = tuple(Spend(SCOPE, start, sums[start]) for start in MONTHS if start >= self.month)
        value = snapshot(
            [deployment("http://h/v1")],
            scopes={SCOPE: self.scope},
            spend=spends,
            journals={self.folder.name: JournalMark(mark, mark)},
        )
        self.limiter = Limiter(self)
        restore_budgets(self.limiter, [self.folder], value, self.now_ms())
        self.chain = self.limiter.chain(SCOPE, (self.scope,))

    def publish(self):
        self.published = (self.journal.offset, dict(self.sums))

    def spend(self, usd_micros):
        try:
            held = self.limiter.reserve(self.chain, 0, usd_micros)
        except BudgetExceeded:
            return False
        name = str(self.journal.offset)
        self.journal.append(made(name, usd_micros))
        done = settled(name, at_ms=self.now_ms(), cost_usd_micros=usd_micros)
        self.journal.append(done)
        self.limiter.settle(held, 0, usd_micros)
        self.sums[self.month] += usd_micros
        return True


@pytest.mark.parametrize("published", [True, False])
def test_what_was_spent_while_the_clock_was_ahead_is_not_spent_again(tmp_path, published):
    books = Books(tmp_path)
    assert books.spend(10)
    books.month = FEBRUARY_MS  # the clock is days ahead
    assert books.spend(90)
    books.month = JANUARY_MS  # it is put right, and the gateway starts anew
    if published:
        books.publish()
    books.start()
    assert books.spend(90)
    assert not books.spend(1)
    books.month = FEBRUARY_MS
    assert not books.spend(11)
    assert books.spend(10)
    assert books.sums == {JANUARY_MS: 100, FEBRUARY_MS: 100, MARCH_MS: 0}


_STEPS = st.one_of(
    st.tuples(st.just("spend"), st.integers(1, 60)),
    st.tuples(st.just("move"), st.sampled_from(MONTHS)),
    st.tuples(st.just("restart"), st.booleans()),
)


@settings(max_examples=times(0.4), deadline=None)
@given(steps=st.lists(_STEPS, max_size=25))
def test_no_month_is_overspent_however_the_clock_is_set(tmp_path_factory, steps):
    books = Books(tmp_path_factory.mktemp("journal"))
    for what, value in steps:
        if what == "spend":
            books.spend(value)
        elif what == "move":
            books.month = value
        elif books.month == JANUARY_MS:
            # one that starts while the clock is ahead knows of no earlier month
            if value:
                books.publish()
            books.start()
        assert max(books.sums.values()) <= BUDGET
