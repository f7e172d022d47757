from support.documents.service import new
from vanguard.store.documents import intake
from vanguard.store.documents.records import Wishes


def test_a_row_comes_back_as_the_value_that_it_was(database):
    wishes = Wishes("ara+eng", text_layers=False, review=False, queue="deeds", licence="CC0")
    with database.write() as connection:
        record, _ = intake.add(connection, new(wishes=wishes, name="عقد.pdf"), 5)
        assert record == intake.get(connection, record.id)
    assert (record.wishes, record.name, record.state) == (wishes, "عقد.pdf", "queued")
    assert (record.pages, record.result, record.error, record.started_at_ms) == (
        0,
        None,
        None,
        None,
    )


def test_wishes_of_an_older_version_have_todays_defaults(database):
    from sqlalchemy import update

    from vanguard.store.tables import documents

    with database.write() as connection:
        intake.add(connection, new(), 5)
        connection.execute(update(documents).values(wishes={"languages": "eng", "gone": 1}))
        assert intake.get(connection, new().id).wishes == Wishes("eng")
