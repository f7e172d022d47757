import threading

import pytest

from support.documents.service import T0_MS, new
from vanguard.core.errors import Conflict, InvalidRequest, RateLimited, RouteNotFound
from vanguard.store.database import Database
from vanguard.store.documents import intake
from vanguard.store.documents.records import Wishes


def add(database, *more, most=100):
    with database.write() as connection:
        return [intake.add(connection, one, most) for one in more]


def test_one_key_is_one_document(database):
    ((first, is_new),) = add(database, new(1, idempotency_key="k"))
    again = new(2, sha256=first.sha256, idempotency_key="k")
    assert is_new
    assert add(database, again) == [(first, False)]
    with pytest.raises(Conflict, match="other bytes"):
        add(database, new(3, idempotency_key="k"))
    other = new(3, sha256=first.sha256, idempotency_key="k", wishes=Wishes("eng"))
    with pytest.raises(Conflict, match="other settings"):
        add(database, other)
    assert len(add(database, new(4), new(5))) == 2  # without a key they are two


def test_of_many_at_the_same_time_one_is_new(database_url, database):
    gate = threading.Barrier(6)
    found, failures = [], []

    def hand_in(number):
        own = Database(database_url)
        try:
            gate.wait()
            found.extend(add(own, new(number, sha256="a" * 64, idempotency_key="k")))
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=hand_in, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(is_new for _, is_new in found) == [False] * 5 + [True]
    assert len({record.id for record, _ in found}) == 1


def test_only_so_many_may_wait(database):
    add(database, new(1), new(2), most=2)
    with pytest.raises(RateLimited) as caught:
        add(database, new(3), most=2)
    assert caught.value.retry_after_s > 0


def test_they_are_listed_newest_first(database):
    add(database, *(new(number) for number in range(1, 6)))
    with database.read() as connection:
        first = intake.some(connection, state=None, before="", limit=2)
        rest = intake.some(connection, state="queued", before=intake.cursor_of(first[-1]), limit=9)
        assert [one.name for one in [*first, *rest]] == [f"{n}.pdf" for n in (5, 4, 3, 2, 1)]
        assert intake.some(connection, state="done", before="", limit=9) == []
        assert intake.counts(connection) == {"queued": 5}
        for wrong in ("doc_ffff", "1.doc_", "x.doc_1", "99999999999999999999.doc_1"):
            with pytest.raises(InvalidRequest, match="no cursor"):
                intake.some(connection, state=None, before=wrong, limit=2)
    with database.write() as connection:
        intake.remove(connection, first[-1].id)
        after = intake.some(connection, state=None, before=intake.cursor_of(first[-1]), limit=9)
    assert after == rest


def test_what_is_removed_is_gone_and_its_key_free(database):
    add(database, new(1, idempotency_key="k"))
    with database.write() as connection:
        assert intake.remove(connection, "doc_0001").name == "1.pdf"
        with pytest.raises(RouteNotFound):
            intake.get(connection, "doc_0001")
        with pytest.raises(RouteNotFound):
            intake.remove(connection, "doc_0001")
    assert add(database, new(2, idempotency_key="k"))[0][1]


def test_the_old_are_found_by_when_they_came(database):
    add(database, *(new(number) for number in range(1, 5)))
    with database.read() as connection:
        assert intake.older(connection, T0_MS + 3, 10) == ["doc_0001", "doc_0002"]
        assert intake.older(connection, T0_MS + 3, 1) == ["doc_0001"]
        assert intake.known(connection, ["doc_0001", "doc_0009"]) == {"doc_0001"}
