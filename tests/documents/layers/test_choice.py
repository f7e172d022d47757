"""The choice among layers."""

from support.arabic_texts import DECLARATION, VERSES
from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.layers.choice import agreement, best_layer, layer, same_letters, settled
from vanguard.documents.layers.contract import Glyph, Painted
from vanguard.documents.page import Box, Line, Word


def words(text, top):
    return Line(
        tuple(Word(word, Box(500 - 50 * at, top, 545 - 50 * at, top + 10)) for at, word in enumerate(text.split())),
        Box(60, top, 545, top + 10),
    )  # fmt: skip


def found(reader, texts, *, boxes=False):
    lines = (
        [words(text, 20 * at) for at, text in enumerate(texts)]
        if boxes
        else [Line(tuple(map(Word, text.split()))) for text in texts]
    )
    return layer(Painted(reader, 595, 842, lines=tuple(lines)))


def garbled(text):
    return text.translate(str.maketrans("المنتيسر", "قثشصضغفع"))


def test_the_plausible_layer_is_chosen_and_the_reasons_told():
    choice = best_layer([found("one", map(garbled, DECLARATION)), found("two", DECLARATION)])
    assert choice.reader == "two"
    assert choice.trusted
    assert [line.text for line in choice.lines] == list(DECLARATION)
    assert choice.reasons[0].startswith("plausibility: two 0.9")


def test_a_layer_that_lost_half_of_the_page_is_not():
    choice = best_layer(
        [found("half", DECLARATION[:5]), found("one", DECLARATION), found("two", DECLARATION)]
    )
    assert choice.reader == "one"


def test_a_layer_that_leaves_out_what_it_cannot_read_is_not_trusted():
    unread = [
        "".join("\ufffd" if letter in "المنتي" else letter for letter in line)
        for line in DECLARATION
    ]
    left_out = [line.replace("\ufffd", "")[:9] + " في من" for line in unread]
    choice = best_layer(
        [found("one", unread), found("two", unread), found("three", ["في هذا العالم"])]
    )
    assert not choice.trusted
    assert not best_layer(
        [found("one", unread), found("two", unread), found("three", left_out)]
    ).trusted


def test_repairs_are_named():
    choice = best_layer([found("one", [line[::-1] for line in DECLARATION])])
    assert [line.text for line in choice.lines] == list(DECLARATION)
    assert "repaired order in 12 lines" in choice.reasons


def test_a_layer_of_noise_is_not_trusted():
    choice = best_layer([found("one", map(garbled, DECLARATION))])
    assert not choice.trusted
    assert choice.lines
    assert choice.reasons[-1].startswith("not trusted: plausibility 0.")


def test_words_of_ones_own_count():
    terms = ["شنكوطي", "قزغرضن", "ثخطشذن"]
    layers = [layer(Painted("one", 9, 9, lines=(Line(tuple(map(Word, terms))),)))]
    assert not best_layer(layers).trusted
    assert best_layer(layers, packaged().with_words(terms)).trusted


def test_no_layer_is_said_so():
    choice = best_layer(
        [layer(Painted("one", 1, 1)), layer(Painted("two", 1, 1, problem="it broke"))]
    )
    assert (choice.lines, choice.trusted, choice.reader) == ((), False, "")
    assert choice.reasons == ("the page has no text layer", "two: it broke")
    assert not best_layer([]).trusted


def test_a_page_of_numbers_is_trusted_when_two_agree():
    one, two = found("one", ["١٢ 34"]), found("two", ["34 ١٢"])
    assert best_layer([one, two]).trusted
    assert not best_layer([one]).trusted
    assert not best_layer([one, found("two", ["99"])]).trusted


def test_a_doubtful_line_is_taken_from_another_layer():
    spoiled = [*DECLARATION[:11], garbled(DECLARATION[11])]
    other = [*map(garbled, DECLARATION[:11]), DECLARATION[11]]
    choice = best_layer([found("one", spoiled, boxes=True), found("two", other, boxes=True)])
    assert choice.reader == "one"
    assert choice.lines[11].text == DECLARATION[11]
    assert "1 doubtful lines from two" in choice.reasons


def test_words_with_places_are_put_in_order():
    turned = Line((Word("المتحدة", Box(0, 0, 9, 9)), Word("الأمم", Box(10, 0, 19, 9))))
    assert layer(Painted("one", 99, 99, lines=(turned,))).text == "الأمم المتحدة"


def test_glyphs_whose_words_read_backward_are_turned():
    # as programs do that lay text below a scan: each word in its place, its letters from the left
    glyphs = []
    for number, text in enumerate(DECLARATION):
        left = 500.0
        for word in text.split():
            left -= 6.0 * len(word) + 6
            glyphs += [
                Glyph(one, left + 6 * at, 20 * number, left + 6 * at + 6, 20 * number + 12,
                      20 * number + 9, 12, 0, number, True)
                for at, one in enumerate(word)
            ]  # fmt: skip
    choice = best_layer([layer(Painted("one", 595, 842, tuple(glyphs)))])
    assert choice.lines[0].text == DECLARATION[0]
    assert "the letters of each word were painted from left to right" in choice.reasons
    assert "the text is invisible: another program's reading of a picture" in choice.reasons


def test_of_two_with_the_same_letters_the_one_with_its_marks_in_place():
    wrong = [line.replace("َ", "").replace("ُ", "ُِ") for line in VERSES]
    assert best_layer([found("one", wrong), found("two", VERSES)]).reader == "two"


def test_settled_means_that_two_agree_and_one_is_sure():
    one, two = found("one", DECLARATION), found("two", DECLARATION)
    assert settled([one, two])
    assert not settled([one])
    assert not settled([one, found("two", DECLARATION[:6])])
    assert not settled(
        [found("one", map(garbled, DECLARATION)), found("two", map(garbled, DECLARATION))]
    )


def test_settled_too_where_another_sees_the_same_letters_and_loses_the_spaces():
    one, two = (
        found("one", DECLARATION),
        found("two", [line.replace(" ", "") for line in DECLARATION]),
    )
    assert agreement(one.text, two.text) < 0.8
    assert same_letters(one.text, two.text) == 1
    assert settled([one, two])


def test_agreement_counts_words_whatever_their_order():
    assert agreement("حق لكل فرد", "فرد لكل حق") == 1
    assert agreement("حق لكل", "حق كل") == 0.5
    assert agreement("", "") == 1


def test_strokes_and_numbers_of_placed_glyphs_are_as_they_were_typed():
    line = "كتـــاب القسم 11.1.3, من النص"
    glyphs = tuple(
        Glyph(letter, 300 - 6.0 * at, 91, 306 - 6.0 * at, 103, 100, 12)
        for at, letter in enumerate("كتـــاب القسم ")
    ) + tuple(
        Glyph(letter, 186 + 6.0 * at, 91, 192 + 6.0 * at, 103, 100, 12)
        for at, letter in enumerate("11.1.3")
    )
    assert layer(Painted("made", 595, 842, glyphs)).text == line[: line.index(",")]


def test_a_page_number_is_told_from_the_text():
    lines = [
        Line(tuple(map(Word, text.split())), Box(60, 80 + 17 * at, 500, 92 + 17 * at))
        for at, text in enumerate(DECLARATION)
    ]
    lines.append(Line((Word("12"),), Box(280, 800, 300, 812)))
    choice = best_layer([layer(Painted("made", 595, 842, lines=tuple(lines)))])
    assert choice.furniture == {len(DECLARATION): "page_number"}


def test_a_hidden_layer_must_be_better_than_one_that_was_typed():
    # one word in six is spoiled: enough for a typed layer, too little for a reading of a picture
    lines = [
        " ".join(garbled(word) if at % 5 == 2 else word for at, word in enumerate(line.split()))
        for line in DECLARATION
    ]
    typed, read = (
        tuple(
            Glyph(letter, 500 - 6.0 * at, 20 * number, 506 - 6.0 * at, 20 * number + 12,
                  20 * number + 9, 12, 0, number, hidden)
            for number, line in enumerate(lines)
            for at, letter in enumerate(line)
        )
        for hidden in (False, True)
    )  # fmt: skip
    assert best_layer([layer(Painted("one", 595, 842, typed))]).trusted
    choice = best_layer([layer(Painted("one", 595, 842, read))])
    assert not choice.trusted
    assert "the text is invisible: another program's reading of a picture" in choice.reasons


def test_with_a_glance_lines_become_blocks():
    glanced = Painted("glance", 595, 842)
    made = best_layer([found("one", DECLARATION, boxes=True)], glanced=glanced)
    assert made.blocks
    assert not best_layer([found("one", DECLARATION, boxes=True)]).blocks
    assert not best_layer([found("one", DECLARATION)], glanced=glanced).blocks
