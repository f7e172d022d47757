from vanguard.documents.tables.grid import edges


def test_pieces_of_one_line_are_one_edge():
    assert edges([300.0, 101.0, 99.0, 100.0], 5) == [100.0, 300.0]
    assert edges([], 5) == []
