"""A worker at work, in this process; what kills one is shown by tests/e2e/documents."""

import contextlib
import shutil
import threading

import msgspec
import pytest
from pypdf import PdfReader, PdfWriter

from support.clocks import StillClock
from support.documents.remembering import Remembering
from support.documents.service import MINE, OTHER, T0_MS, new
from support.flow import KnownSteps
from vanguard.core.errors import NotReady, StoreUnavailable
from vanguard.documents.formats.structured import from_json
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.vision import stage as vision
from vanguard.documents.reading.vision.contract import Said
from vanguard.documents.reading.vision.stage import AskModel
from vanguard.documents.service import worker as module
from vanguard.documents.service.worker import MOST_ATTEMPTS, Bench, Worker
from vanguard.review.values import NewDecision, Reviewer, TaskQuery
from vanguard.store.documents import intake, queue
from vanguard.store.documents.records import Wishes
from vanguard.store.documents.seals import seal
from vanguard.store.documents.shelf import SEALED, Shelf
from vanguard.store.flow.blobs import FolderBlobs
from vanguard.store.review.reviews import Reviews

ENGLISH = Wishes("eng")
SECRET = "of this platform"


class Scene:
    """A database, a shelf, and workers on them that read in this process."""

    def __init__(self, database, folder):
        self.database = database
        self.shelf = Shelf(folder / "documents")
        self.wanted = folder / "worker.wanted"
        self.clock = StillClock(T0_MS)
        self.reviews = Reviews(database, self.clock)
        self.ledgers = {}
        self.done = []
        self.before_each = lambda _task: None

    @contextlib.contextmanager
    def workshop(self, folder, _seconds):
        scene = self

        class Here(Remembering):
            def run(self, tasks):
                for task in tasks:
                    scene.before_each(task)
                    scene.done.append((task.stage.name, task.item.rpartition("#")[2]))
                    yield from super().run([task])

        blobs = FolderBlobs(folder / "blobs")
        yield self.ledgers.setdefault(folder, KnownSteps()), blobs, Here(blobs)

    def hand_in(self, path, number=1, **more):
        password = more.pop("password", "")
        given = new(number, **{"wishes": ENGLISH, **more})
        with self.shelf.coming() as made:
            shutil.copy(path, made / "source")
            if password:
                (made / SEALED).write_bytes(seal(password, SECRET, given.id))
            self.shelf.keep(made, given.id)
        with self.database.write() as connection:
            intake.add(connection, given, 99)
        return given.id

    def worker(self, owner="host/worker", idle_s=0.0):
        bench = Bench(
            self.database,
            self.shelf,
            owner,
            self.wanted,
            self.workshop,
            self.reviews,
            ReadingLimits(),
            idle_s,
            self.clock,
            seal_secret=lambda: SECRET,
            asking=AskModel("", url="http://127.0.0.1:9"),
        )
        return Worker(bench)

    def get(self, document_id):
        with self.database.read() as connection:
            return intake.get(connection, document_id)

    def delete(self, document_id):
        with self.database.write() as connection:
            intake.remove(connection, document_id)
        self.shelf.remove(document_id)

    def tasks(self):
        return self.reviews.tasks(TaskQuery("documents", state="open")).tasks


@pytest.fixture
def scene(sqlite_database, tmp_path):
    return Scene(sqlite_database, tmp_path)


@pytest.fixture
def doubtful(monkeypatch):
    """Every block is one for a reviewer."""
    monkeypatch.setattr("vanguard.documents.service.tasks.doubt_of", lambda _block: 0.5)


def test_it_reads_what_waits_and_ends(scene, scan, born_digital):
    one, other = scene.hand_in(scan), scene.hand_in(born_digital, 2)
    scene.worker().run()
    for document_id in (one, other):
        record = scene.get(document_id)
        assert (record.state, record.lease, record.pages_failed) == ("done", None, 0)
    assert (scene.get(one).pages, scene.get(other).pages_done) == (1, 2)
    read = from_json(scene.shelf.blobs(one).get(scene.get(one).result))
    assert (read.source, read.pages[0].text.split()[0]) == ("1.pdf", "alpha")
    with scene.database.read() as connection:
        image = queue.page_image(connection, other, 2)
    assert scene.shelf.blobs(other).path(image.image).read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("doubtful")
def test_doubtful_blocks_are_put_before_people_unless_nobody_wants_that(scene, scan):
    one = scene.hand_in(scan)
    scene.hand_in(scan, 2, wishes=Wishes("eng", review=False))
    scene.worker().run()
    assert {task.subject.partition("/")[0] for task in scene.tasks()} == {one}
    assert scene.tasks()[0].payload["text"].startswith("alpha")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"%PDF-1.4 broken", "document_unreadable"), (b"GIF89a no page", "document_unreadable")],
)
def test_what_cannot_be_read_fails_with_its_reason(scene, tmp_path, data, kind):
    (tmp_path / "file").write_bytes(data)
    document_id = scene.hand_in(tmp_path / "file")
    scene.worker().run()
    record = scene.get(document_id)
    assert (record.state, record.error_type, record.result) == ("failed", kind, None)
    assert record.error
    assert record.finished_at_ms == T0_MS


def test_a_worker_that_is_stopped_gives_back_and_the_next_goes_on(scene, born_digital):
    document_id = scene.hand_in(born_digital)
    first = scene.worker()
    scene.before_each = lambda task: first.stop() if task.item.endswith("#2") else None
    first.run()
    record = scene.get(document_id)
    assert (record.state, record.attempts, record.lease) == ("queued", 0, None)
    before = len(scene.done)
    scene.before_each = lambda _task: None
    scene.worker().run()
    assert scene.get(document_id).state == "done"
    pages = [item for stage, item in scene.done if stage == "documents.read_page"]
    assert sorted(pages) == ["1", "2"]  # none of them twice
    assert len(scene.done) > before


def test_what_an_earlier_process_of_that_name_held_is_taken_up_at_once(scene, scan):
    document_id = scene.hand_in(scan)
    with scene.database.write() as connection:
        queue.take(connection, MINE, T0_MS)
    scene.worker("host/somebody else").run()
    assert scene.get(document_id).state == "reading"
    scene.worker(MINE.owner).run()
    assert scene.get(document_id).state == "done"


@pytest.mark.usefixtures("doubtful")
def test_a_document_that_is_deleted_meanwhile_leaves_nothing(scene, scan):
    document_id = scene.hand_in(scan)
    scene.before_each = lambda task: (
        scene.delete(document_id) if task.stage.name == "documents.show_page" else None
    )
    scene.worker().run()
    assert list(scene.shelf.folder.iterdir()) == []
    assert scene.tasks() == ()


def test_a_document_whose_files_go_under_its_reader_ends_no_worker(scene, scan):
    document_id = scene.hand_in(scan)

    def gone(_task):
        scene.delete(document_id)
        raise StoreUnavailable("the database steps.db was deleted while it was in use")

    scene.before_each = gone
    scene.worker().run()
    assert list(scene.shelf.folder.iterdir()) == []


def test_what_another_worker_took_is_left_to_it(scene, scan):
    document_id = scene.hand_in(scan)

    def steal(task):
        if task.stage.name == "documents.show_page":
            with scene.database.write() as connection:
                assert queue.take(connection, OTHER, T0_MS + 61_000) is not None

    scene.before_each = steal
    scene.worker().run()
    record = scene.get(document_id)
    assert (record.state, record.lease) == ("reading", OTHER.token)
    assert scene.shelf.source(document_id).exists()


def test_a_lease_is_renewed_while_it_is_needed(scene, scan):
    document_id = scene.hand_in(scan)
    worker = scene.worker()
    worker.tend()  # nothing is held
    seen = []

    def tend(_task):
        scene.clock.advance(20)
        worker.tend()
        with scene.database.read() as connection:
            seen.append(queue.waits(connection, scene.clock.now_ms() + 50_000))

    scene.before_each = tend
    worker.run()
    assert scene.get(document_id).state == "done"
    assert seen
    assert not any(seen)


def test_a_lease_that_is_lost_ends_the_reading(scene, born_digital):
    document_id = scene.hand_in(born_digital)
    worker = scene.worker()

    def lose(task):
        if task.item.endswith("#1"):
            scene.clock.advance(100)
            with scene.database.write() as connection:
                queue.take(connection, OTHER, scene.clock.now_ms())
            worker.tend()

    scene.before_each = lose
    worker.run()
    assert ("documents.read_page", "2") not in scene.done
    assert scene.get(document_id).lease == OTHER.token


def test_what_ends_every_worker_fails_at_last(scene, scan):
    document_id = scene.hand_in(scan)
    for _ in range(MOST_ATTEMPTS):
        with scene.database.write() as connection:
            queue.take(connection, MINE, T0_MS)
            queue.take_up(connection, MINE.owner)
    scene.worker().run()
    record = scene.get(document_id)
    assert (record.state, record.error_type) == ("failed", "document_unreadable")
    assert "5 times" in record.error
    assert scene.done == []


def test_a_defect_ends_one_document_and_not_the_worker(scene, scan, monkeypatch):
    one, other = scene.hand_in(scan), scene.hand_in(scan, 2)
    real = module.to_json

    def broken(document):
        if document.source == "1.pdf":
            raise KeyError("defect")
        return real(document)

    monkeypatch.setattr(module, "to_json", broken)
    scene.worker().run()
    assert "KeyError" in scene.get(one).error
    assert scene.get(other).state == "done"


def test_a_full_disk_is_tried_again_and_then_said(scene, scan, monkeypatch):
    document_id = scene.hand_in(scan)
    monkeypatch.setattr(module, "_FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(module, "_LAST_PAUSE_S", 0.0)
    worker = scene.worker()

    def full(_document):
        raise StoreUnavailable("No space left on device")

    monkeypatch.setattr(module, "to_json", full)
    worker.run()
    record = scene.get(document_id)
    assert (record.state, record.error_type) == ("failed", "store_unavailable")
    assert "No space left" in record.error


def test_a_disk_that_has_room_again_is_enough(scene, scan, monkeypatch):
    document_id = scene.hand_in(scan)
    monkeypatch.setattr(module, "_FIRST_PAUSE_S", 0.0)
    times, real = [], module.to_json

    def full_once(document):
        times.append(1)
        if len(times) == 1:
            raise StoreUnavailable("No space left on device")
        return real(document)

    monkeypatch.setattr(module, "to_json", full_once)
    scene.worker().run()
    assert scene.get(document_id).state == "done"


def test_it_waits_for_as_long_as_it_may_be_idle_and_for_who_wants_it(scene, scan):
    worker = scene.worker(idle_s=-1)
    scene.wanted.touch()
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        _until(lambda: not scene.wanted.exists())
        document_id = scene.hand_in(scan)
        scene.wanted.touch()
        _until(lambda: scene.get(document_id).state == "done")
        assert thread.is_alive()
    finally:
        worker.stop()
        thread.join(30)
    assert not thread.is_alive()


def test_what_is_decided_stays_when_a_document_is_read_again(scene, scan, doubtful):
    document_id = scene.hand_in(scan)
    scene.worker().run()
    (task,) = scene.tasks()
    by = Reviewer("amal")
    scene.reviews.decide(task.id, NewDecision("correct", task.version, {"text": "x"}), by)
    with scene.database.write() as connection:
        from sqlalchemy import update

        from vanguard.store.tables import documents

        connection.execute(update(documents).values(state="queued"))
    scene.worker().run()
    assert scene.get(document_id).state == "done"
    assert scene.tasks() == ()
    (found,) = scene.reviews.decided("documents", f"{document_id}/").found
    assert msgspec.to_builtins(found.decision.value) == {"text": "x"}


def _until(condition):
    done = threading.Event()
    for _ in range(600):
        if condition():
            return
        done.wait(0.05)
    raise AssertionError("it did not happen")


PASSWORD = "كلمة السر"


@pytest.fixture
def locked(born_digital, tmp_path):
    writer = PdfWriter(PdfReader(born_digital))
    writer.encrypt(PASSWORD, algorithm="AES-256")
    path = tmp_path / "locked.pdf"
    writer.write(path)
    return path


def traces(scene, document_id):
    """Where the password stands in anything that is kept of a document, sealed or not."""
    found = [one for one in scene.shelf.place(document_id).rglob("*") if one.is_file()]
    return [one.name for one in found if PASSWORD.encode() in one.read_bytes()]


def test_an_encrypted_file_is_read_with_its_password_which_is_then_forgotten(scene, locked):
    document_id = scene.hand_in(locked, password=PASSWORD)
    seen = []
    scene.before_each = lambda task: seen.append(
        (task.stage.name, scene.shelf.sealed(document_id).exists(), traces(scene, document_id))
    )
    scene.worker().run()
    record = scene.get(document_id)
    assert (record.state, record.pages) == ("done", 2)
    assert seen[0] == ("documents.unlock", True, [])
    assert {one[1:] for one in map(tuple, [(n, s, tuple(t)) for n, s, t in seen[1:]])} == {
        (False, ())
    }
    read = from_json(scene.shelf.blobs(document_id).get(record.result))
    assert read.sha256 == record.sha256  # of the file that was handed in
    assert not PdfReader(scene.shelf.readable(document_id)).is_encrypted
    assert all(PASSWORD not in repr(one) for one in scene.ledgers.values())


def test_a_worker_that_dies_before_it_is_unlocked_leaves_it_to_the_next(scene, locked):
    document_id = scene.hand_in(locked, password=PASSWORD)

    class Killed(BaseException):
        pass

    def die(_task):
        raise Killed

    scene.before_each = die
    with pytest.raises(Killed):
        scene.worker().run()
    assert scene.shelf.sealed(document_id).exists()
    scene.before_each = lambda _task: None
    scene.worker().run()
    assert scene.get(document_id).state == "done"
    assert not scene.shelf.sealed(document_id).exists()


def test_a_wrong_password_is_said_and_forgotten(scene, locked, born_digital, scan):
    wrong = scene.hand_in(locked, password="wrong")
    none = scene.hand_in(locked, 2)
    needless = [
        scene.hand_in(one, n, password=PASSWORD) for n, one in ((3, born_digital), (4, scan))
    ]
    scene.worker().run()
    for one in (wrong, none):
        assert scene.get(one).error_type == "document_locked"
    assert [scene.get(one).state for one in needless] == ["done", "done"]
    assert not any(scene.shelf.sealed(one).exists() for one in (wrong, *needless))


def test_a_password_that_cannot_be_opened_is_no_riddle(scene, locked):
    document_id = scene.hand_in(locked)
    scene.shelf.sealed(document_id).write_bytes(seal(PASSWORD, "another secret", document_id))
    scene.worker().run()
    record = scene.get(document_id)
    assert (record.error_type, "Its password is lost" in record.error) == ("document_locked", True)


SEEING = Wishes("eng", reader="vision", model="eyes")


def test_a_model_reads_beside_ocr_where_that_is_wished_for(scene, scan, monkeypatch):
    made = []

    class Eyes:
        def ask(self, _question):
            return Said("alpha beta gamma")

    monkeypatch.setattr(vision, "_served", lambda *known: made.append(known) or Eyes())
    document_id = scene.hand_in(scan, wishes=SEEING)
    scene.worker().run()
    record = scene.get(document_id)
    assert (record.state, record.pages_done, record.pages_unasked) == ("done", 1, 0)
    assert made[0][:2] == ("eyes", "http://127.0.0.1:9")
    assert ("documents.ask_model", "1") in scene.done


def test_a_model_that_cannot_be_asked_leaves_ocr_and_is_said(scene, scan, monkeypatch):
    def nobody(*_known):
        raise NotReady("nobody is there")

    monkeypatch.setattr(vision, "_served", nobody)
    document_id = scene.hand_in(scan, wishes=Wishes("eng", reader="both", model="nobody"))
    scene.worker().run()
    record = scene.get(document_id)
    assert (record.state, record.pages_failed, record.pages_unasked) == ("done", 0, 1)
    read = from_json(scene.shelf.blobs(document_id).get(record.result))
    assert read.pages[0].text.startswith("alpha")
    assert "model_failed" in {reason.code for reason in read.pages[0].blocks[0].reasons}
