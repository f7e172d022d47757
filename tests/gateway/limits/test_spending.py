import msgspec

from support.gateway import deployment, snapshot
from support.records import intent, settled
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.limits.spending import (
    Stretch,
    add_open,
    add_settled,
    beyond_mark,
    journal_end,
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
    spent = {SCOPE: 0}
    left = add_settled(spent, Stretch(tmp_path, 0, at[3]), {SCOPE: 0}, TOTAL)
    assert spent == {SCOPE: 5 + 1}
    assert [one.request_id for one in left] == ["c"]
    add_open(spent, left)
    assert spent == {SCOPE: 5 + 1 + 90}
    # up to an end, and not what is no longer in the window
    spent = {SCOPE: 0}
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
    value = msgspec.structs.replace(value, spend=(Spend(SCOPE, 20_000 * DAY_MS, 4),))
    assert spent_as_published(value, starts) == {SCOPE: 4}


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
