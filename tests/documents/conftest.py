import pytest

from vanguard.documents.engines.tesseract import Tesseract


@pytest.fixture(scope="session")
def english():
    """One real engine for all tests; loading it takes longer than reading with it."""
    return Tesseract("eng")
