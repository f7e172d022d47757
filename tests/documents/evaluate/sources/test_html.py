"""HTML of strangers: what a reader sees, tables, and bombs."""

from vanguard.documents.evaluate.sources import html
from vanguard.documents.evaluate.sources.content import MAX_CELLS, MAX_SPAN, GridCell

PAGE = """<!doctype html><html><head><title>no</title><style>p{}</style></head><body>
<h1>عنوان</h1><div>أول <b>نص</b>
 هنا<br>سطر<p>ثان</p>ذيل</div><script>no()</script>
<table><caption>اسم</caption><thead><tr><th colspan="2">أ</th></tr></thead>
<tr><td>ب<p>ج</p></td><td><table><tr><td>د</td></tr></table></td></tr></table>
<ul><li>هـ</li></ul><!-- no --></body></html>"""


def texts(content):
    return [piece.text for piece in content.pieces]


def test_a_page_is_cut_where_its_blocks_are():
    found = html.content(PAGE)
    assert texts(found) == [
        "عنوان", "أول نص هنا\nسطر", "ثان", "ذيل", "أ\nب\nج د", "هـ",
    ]  # fmt: skip


def test_a_table_in_a_cell_is_the_text_of_that_cell():
    grid = html.content(PAGE).grids[0]
    assert grid.rows == (
        (GridCell("أ", column_span=2, header=True),),
        (GridCell("ب\nج"), GridCell("د")),
    )
    assert len(html.table_grids(PAGE)) == 1


def test_an_unfinished_table_is_read_as_far_as_it_goes():
    (grid,) = html.table_grids("<table><tr><td>أ<td>ب<tr><td>ج")
    assert [[cell.text for cell in row] for row in grid.rows] == [["أ", "ب"], ["ج"]]


def test_nothing_is_no_page():
    assert html.content("").pieces == ()
    assert html.content("<!-- -->").pieces == ()
    assert html.parse("") is None


def test_bombs_do_not_go_off():
    deep = html.content("<div>" * 100_000 + "x")
    assert deep.text == ""
    entities = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><p>&b;&b;</p>'
    assert len(html.content(entities).text) < 40
    wide = html.table_grids('<table><tr><td rowspan="999999" colspan="٩">x</table>')[0]
    assert (wide.rows[0][0].row_span, wide.rows[0][0].column_span) == (MAX_SPAN, 9)
    many = html.table_grids("<table><tr>" + "<td>x" * (MAX_CELLS + 7))[0]
    assert len(many.rows[0]) == MAX_CELLS
    assert html.content("أ\0ب\ud800").text.startswith("أ\ufffdب")


def test_a_file_outside_is_not_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    page = f'<!DOCTYPE p [<!ENTITY x SYSTEM "file://{secret}">]><p>&x;</p>'
    assert "secret" not in html.content(page).text.replace(str(secret), "")
