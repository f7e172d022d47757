import numpy as np
import pytest

from vanguard.documents.recognise.adapt import container, network


@pytest.fixture(scope="module")
def lstm(packaged_arabic):
    return container.unpacked(packaged_arabic)[container.LSTM]


def test_a_network_is_read_and_written(lstm):
    found = network.parsed(lstm)
    assert found.text.startswith("[1,48,0,1Ct3,3,16Mp3,3")
    assert [one.kind for one in found.top.every()].count("LSTM") == 3
    assert network.written(found) == lstm


def test_whole_numbers_become_floats_and_the_same_whole_numbers(lstm):
    found = network.parsed(lstm)
    network.to_floats(found)
    floats = network.written(found)
    assert len(floats) > 7 * len(lstm)
    again = network.parsed(floats)
    assert not again.flags & 1
    network.to_integers(again)
    assert network.written(again) == lstm


def test_the_largest_of_each_row_becomes_127_and_a_row_of_nothing_stays_so():
    found = network.rounded(np.array([[0.5, -1.0, 0.25], [0.0, 0.0, 0.0]]))
    assert found.rows.tolist() == [[64, -127, 32], [0, 0, 0]]
    assert np.allclose(found.floats(), [[0.5, -1.0, 0.25], [0, 0, 0]], atol=1 / 127)


def test_what_is_no_network_is_refused(lstm):
    with pytest.raises(ValueError, match="cut short"):
        network.parsed(lstm[:20])
    with pytest.raises(ValueError, match="behind the network"):
        network.parsed(lstm + b"\0")
    with pytest.raises(ValueError, match="a layer 'Serien'"):
        network.parsed(lstm.replace(b"Series", b"Serien", 1))
    with pytest.raises(ValueError, match="older form"):
        network.parsed(b"\7" + lstm[1:])
