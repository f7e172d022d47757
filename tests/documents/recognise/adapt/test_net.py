import numpy as np
import pytest

from vanguard.documents.recognise.adapt import charset, container, network

pytestmark = pytest.mark.fonts  # torch takes long to load: with the slow ones


def test_it_reads_what_tesseract_reads(packaged_arabic, some_lines):
    from vanguard.documents.engines.tesseract import Tesseract
    from vanguard.documents.recognise.adapt.learn import said_by
    from vanguard.documents.recognise.adapt.net import loaded

    lines, letters = some_lines
    found = network.parsed(container.unpacked(packaged_arabic)[container.LSTM])
    net, engine = loaded(found).eval(), Tesseract("ara")
    same = total = 0
    for grey, _ in lines[:12]:
        own = "".join(letters[one] for one in said_by(net, grey, found.null)).split()
        theirs = [word.text for line in engine.read(grey, "strip") for word in line.words]
        total += len(theirs)
        same += len(
            {"".join(sorted(word)) for word in own} & {"".join(sorted(word)) for word in theirs}
        )
    assert total > 40
    assert same > 0.8 * total


def test_its_weights_come_back_and_are_as_they_were(packaged_arabic):
    from vanguard.documents.recognise.adapt.net import loaded, store

    data = container.unpacked(packaged_arabic)[container.LSTM]
    found = network.parsed(data)
    store(loaded(found), found)
    network.to_integers(found)
    before, after = (
        [one.floats() for layer in top.every() for one in layer.weights]
        for top in (network.parsed(data).top, found.top)
    )
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(before, after, strict=True))
    assert len(network.written(found)) == len(data)


def test_more_classes_begin_as_others_and_are_written(packaged_arabic):
    from vanguard.documents.recognise.adapt.net import loaded, store, widened

    parts = container.unpacked(packaged_arabic)
    found = network.parsed(parts[container.LSTM])
    count = len(charset.letters(parts[container.UNICHARSET]))
    net = widened(loaded(found), count + 2, {count: 5})
    rows = net.output.weight
    assert (rows[count] == rows[5]).all()
    assert (rows[count + 1] - rows[:count].mean(0)).abs().max() < 1e-6
    store(net, found)
    again = network.parsed(network.written(found))
    assert again.top.outputs == count + 2
    assert (
        sum(one.rows.size for layer in again.top.every() for one in layer.weights)
        == again.top.count
    )


def test_another_shape_is_refused(packaged_arabic):
    from vanguard.documents.recognise.adapt.net import loaded

    found = network.parsed(container.unpacked(packaged_arabic)[container.LSTM])
    found.text = "[1,36,0,1]"
    with pytest.raises(ValueError, match="another shape"):
        loaded(found)
