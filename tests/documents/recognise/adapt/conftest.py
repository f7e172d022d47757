import pytest

from vanguard.documents.engines.tesseract import packaged_data


@pytest.fixture(scope="session")
def packaged_arabic():
    """The bytes of the package's Arabic data."""
    return (packaged_data() / "ara.traineddata").read_bytes()


@pytest.fixture(scope="session")
def some_lines(packaged_arabic):
    """Lines of two pages with the numbers of their letters, and the letters."""
    from vanguard.documents.recognise.adapt import charset, container
    from vanguard.documents.recognise.adapt.batches import labelled
    from vanguard.documents.recognise.adapt.recipe import examples

    letters = charset.letters(container.unpacked(packaged_arabic)[container.UNICHARSET])
    return labelled(examples(packaged_arabic, 7, 2), letters), letters
