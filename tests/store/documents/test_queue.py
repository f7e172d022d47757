import threading

import msgspec
import pytest

from support.documents.service import MINE, OTHER, T0_MS, new
from vanguard.core.errors import Conflict
from vanguard.store.database import Database
from vanguard.store.documents import intake, queue
from vanguard.store.documents.records import PageImage

LATER_MS = MINE.until_ms + 1


@pytest.fixture
def waiting(database):
    with database.write() as connection:
        for number in (2, 1):
            intake.add(connection, new(number), 9)
    return database


def take(database, lease=MINE, now_ms=T0_MS):
    with database.write() as connection:
        return queue.take(connection, lease, now_ms)


def get(database, document_id="doc_0001"):
    with database.read() as connection:
        return intake.get(connection, document_id)


def test_the_oldest_is_taken_first_and_by_one_alone(waiting):
    first, second = take(waiting), take(waiting, OTHER)
    assert (first.id, first.state, first.lease, first.attempts) == (
        "doc_0001",
        "reading",
        "token-a",
        1,
    )
    assert second.id == "doc_0002"
    assert take(waiting) is None
    with waiting.read() as connection:
        assert not queue.waits(connection, T0_MS)
        assert queue.waits(connection, LATER_MS)


def test_many_workers_never_take_one_document_twice(database_url, database):
    with database.write() as connection:
        for number in range(1, 10):
            intake.add(connection, new(number), 99)
    gate = threading.Barrier(3)
    taken, failures = [], []

    def work(name):
        own = Database(database_url)
        try:
            gate.wait()
            while found := take(own, queue.Lease(f"token-{name}", name, LATER_MS)):
                taken.append(found.id)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(taken) == [f"doc_{number:04x}" for number in range(1, 10)]


def test_a_lease_that_ended_is_anybodys(waiting):
    take(waiting)
    assert take(waiting, OTHER, LATER_MS).id == "doc_0001"
    with waiting.write() as connection, pytest.raises(Conflict, match="no longer held"):
        queue.renew(connection, "doc_0001", MINE)
    longer = msgspec.structs.replace(OTHER, until_ms=LATER_MS + 500_000)
    with waiting.write() as connection:
        queue.renew(connection, "doc_0001", longer)
    assert take(waiting, MINE, LATER_MS + 100_000).id == "doc_0002"


def test_who_lost_the_lease_changes_nothing(waiting):
    take(waiting)
    take(waiting, OTHER, LATER_MS)
    before = get(waiting)
    changes = [
        lambda c: queue.note_progress(c, "doc_0001", MINE, pages=9, done=9),
        lambda c: queue.finish(c, "doc_0001", MINE, queue.End("r"), 1),
        lambda c: queue.fail(c, "doc_0001", MINE, type_="t", message="m", now_ms=1),
        lambda c: queue.give_back(c, "doc_0001", MINE),
        lambda c: queue.keep_images(c, "doc_0001", MINE, []),
    ]
    for change in changes:
        with pytest.raises(Conflict), waiting.write() as connection:
            change(connection)
    assert get(waiting) == before


def test_a_worker_that_starts_again_takes_up_what_it_held(waiting):
    take(waiting)
    take(waiting, OTHER)
    with waiting.write() as connection:
        assert queue.take_up(connection, MINE.owner) == 1
    assert get(waiting).state == "queued"
    assert get(waiting, "doc_0002").state == "reading"
    assert take(waiting).attempts == 2


def test_attempts_count_those_without_a_further_page(waiting):
    for attempt in (1, 2, 3):
        assert take(waiting).attempts == attempt
        with waiting.write() as connection:
            queue.note_progress(connection, "doc_0001", MINE, pages=4, done=0)
            queue.give_back(connection, "doc_0001", MINE, counted=True)
    take(waiting)
    with waiting.write() as connection:
        queue.note_progress(connection, "doc_0001", MINE, pages=4, done=2)
    assert (get(waiting).attempts, get(waiting).pages_done) == (1, 2)
    with waiting.write() as connection:
        queue.give_back(connection, "doc_0001", MINE, counted=True)
    take(waiting)
    for done in (0, 1, 2):  # the same pages, known by now
        with waiting.write() as connection:
            queue.note_progress(connection, "doc_0001", MINE, pages=4, done=done)
    assert (get(waiting).attempts, get(waiting).pages_done) == (2, 2)
    with waiting.write() as connection:
        queue.note_progress(connection, "doc_0001", MINE, pages=4, done=3)
    assert get(waiting).attempts == 1
    with waiting.write() as connection:
        queue.give_back(connection, "doc_0001", MINE)
    assert get(waiting).attempts == 0


def test_what_is_over_is_never_taken_again(waiting):
    take(waiting)
    with waiting.write() as connection:
        queue.note_progress(connection, "doc_0001", MINE, pages=3, done=1)
        queue.finish(connection, "doc_0001", MINE, queue.End("r" * 64, 1), 7)
    done = get(waiting)
    assert (done.state, done.pages_done, done.pages_failed, done.finished_at_ms) == (
        "done",
        3,
        1,
        7,
    )
    assert done.lease is None
    take(waiting)
    with waiting.write() as connection:
        queue.fail(connection, "doc_0002", MINE, type_="document_locked", message="m", now_ms=8)
    failed = get(waiting, "doc_0002")
    assert (failed.state, failed.error_type, failed.error) == ("failed", "document_locked", "m")
    assert take(waiting, OTHER, LATER_MS * 2) is None


def test_pictures_go_with_their_document(waiting):
    take(waiting)
    image = PageImage(2, "h" * 64, 10, 20, 100.5, 200.25, 0.5)
    with waiting.write() as connection:
        queue.keep_images(connection, "doc_0001", MINE, [image])
        queue.keep_images(connection, "doc_0001", MINE, [image])  # an attempt that was repeated
        assert queue.page_image(connection, "doc_0001", 2) == image
        assert queue.page_image(connection, "doc_0001", 1) is None
        intake.remove(connection, "doc_0001")
        assert queue.page_image(connection, "doc_0001", 2) is None
