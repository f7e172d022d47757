import pytest

from vanguard.control.api.documents.wishes import wishes_of
from vanguard.core.errors import InvalidRequest
from vanguard.store.documents.records import Wishes


def test_what_is_not_said_is_as_it_is():
    assert wishes_of({}) == Wishes()


def test_what_is_said_counts():
    given = {"languages": "ara+eng", "text_layers": "false", "review": "No", "queue": "deeds-2"}
    assert wishes_of(given) == Wishes("ara+eng", text_layers=False, review=False, queue="deeds-2")
    assert wishes_of({"licence": "CC-BY 4.0"}).licence == "CC-BY 4.0"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("language", "ara", "languages"),
        ("languages", "../eng", "ara"),
        ("languages", "", "ara"),
        ("review", "maybe", "true or false"),
        ("queue", "Ä", "a to z"),
        ("licence", "a\nb", "visible"),
        ("licence", "x" * 201, "200"),
        ("password", "secret", "no setting"),
    ],
)
def test_what_there_is_not_is_refused_by_name(name, value, said):
    with pytest.raises(InvalidRequest, match=said) as caught:
        wishes_of({name: value})
    assert caught.value.param == name
