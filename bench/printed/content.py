"""What is printed: three pages of known Arabic, with what tries readers most.

It does not know the programs that print it. The text was written for this and is nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vanguard.documents.page import Block, BlockKind, Cell, Document, Line, Page, Table, Word

Kind = Literal["title", "heading", "paragraph", "item", "footnote", "ruled", "borderless"]
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """A paragraph or a table.

    Attributes:
        rows: of a table, the first one naming the columns; the first cell stands rightmost.
        column: it stands in the text of two columns.
    """

    kind: Kind
    text: str = ""
    rows: Rows = ()
    column: bool = False


@dataclass(frozen=True)
class Sheet:
    """One page."""

    name: str
    parts: tuple[Part, ...]


PROSE = Sheet(
    "prose",
    (
        Part("title", "تقرير عن المكتبة العامة في المدينة"),
        Part("heading", "أولا: لمحة عامة"),
        Part(
            "paragraph",
            "افتتحت المكتبة العامة أبوابها في ربيع عام ١٩٨٧، وكانت تضم يومئذ نحو ١٢٬٥٠٠ كتاب. وهي اليوم أكبر مكتبات "
            "المدينة، يزورها كل شهر أكثر من 4,300 قارئ (ثلثهم من الطلاب)، ويعمل فيها ٢٦ موظفا؛ فهل تكفي قاعاتها؟",
        ),
        Part(
            "paragraph",
            "قَالَ المُدِيرُ: «إِنَّ القِرَاءَةَ حَقٌّ لِكُلِّ إِنْسَانٍ، وَإِنَّ الكِتَابَ خَيْرُ جَلِيسٍ فِي الزَّمَانِ».",
        ),
        Part(
            "paragraph",
            "تستخدم المكتبة نظام Koha لإدارة مجموعاتها وبروتوكول Z39.50 للبحث في الفهارس الأخرى، ويمكن مراسلتها على "
            "العنوان info@example.org أو زيارة الموقع https://example.org/books في أي وقت من اليوم.",
        ),
        Part(
            "paragraph",
            "ارتفعت الإعارة بنسبة 12.5% لتبلغ ٨٩٪ من المجموعة، وبلغت الكلفة 1,250.75 دينار في 15/03/2024 مقابل ٩٨٠٫٥ "
            "دينار في ٢٠٢٣/٣/١٥، أي بزيادة قدرها 270.25 دينار (انظر الجدول رقم ٣).",
        ),
        Part("heading", "ثانيا: الخدمات"),
        Part("item", "إعارة الكتب لمدة ٢١ يوما"),
        Part("item", "قاعة للأطفال من 6 إلى 12 سنة"),
        Part("item", "دورات في الخط العربي وتعليم الآلات"),
        Part("item", "أجهزة حاسوب متصلة بشبكة Internet"),
        Part(
            "paragraph",
            "لا يدفع الأعضاء شيئا مقابل الخدمات الأساسية، أما الأبحاث الخاصة فلها رسوم يحددها المجلس الأعلى للمكتبات في "
            "أول كل عام، ولا تعاد الرسوم إلا في الأحوال التي ينص عليها النظام.",
        ),
        Part("footnote", "(١) تشمل هذه الأرقام الفروع الثلاثة ولا تشمل المكتبة المتنقلة."),
    ),
)  # fmt: skip

TABLES = Sheet(
    "tables",
    (
        Part("heading", "جدول الزيارات والإعارة"),
        Part(
            "ruled",
            rows=(
                ("السنة", "الزوار", "الكتب المعارة", "الكلفة بالدينار", "النسبة"),
                ("٢٠٢١", "٣٤٬٥٦٧", "١٢٬٣٠٨", "1,250.75", "36%"),
                ("٢٠٢٢", "٤١٬٠٢٣", "١٥٬٩٤٦", "1,480.50", "39%"),
                ("٢٠٢٣", "٤٧٬٨٩٠", "", "1,655.00", "42%"),
                ("المجموع", "١٢٣٬٤٨٠", "٢٨٬٢٥٤", "4,386.25", ""),
            ),
        ),
        Part("paragraph", "تبين الأرقام أن عدد الزوار زاد في كل سنة، وأن الكلفة زادت معه بنسبة أقل."),
        Part("heading", "أسماء الموظفين"),
        Part(
            "borderless",
            rows=(
                ("الاسم", "القسم", "سنة التعيين", "الهاتف"),
                ("سعاد الخطيب", "الإعارة", "١٩٩٨", "5550-127"),
                ("كريم عبد الله", "الفهرسة", "٢٠٠٥", "5550-142"),
                ("ليلى منصور", "قاعة الأطفال", "٢٠١١", "5550-168"),
                ("يوسف الأحمد", "المخطوطات", "٢٠١٧", "5550-193"),
            ),
        ),
        Part("paragraph", "يعمل الموظفون من الساعة 8:30 صباحا حتى الساعة ١٦:٤٥ مساء."),
    ),
)  # fmt: skip

COLUMNS = Sheet(
    "columns",
    (
        Part("title", "من أخبار المكتبات"),
        Part(
            "paragraph",
            "عقد مجلس المكتبات اجتماعه السنوي في العاصمة يوم ١٤ نيسان، وناقش فيه المشاركون حال الأبنية القديمة وحاجتها إلى "
            "الإصلاح. وقال رئيس المجلس إن كثيرا منها لم يعد يصلح لحفظ الكتب، وإن الرطوبة أتلفت جزءا من المجموعات النادرة.",
            column=True,
        ),
        Part(
            "paragraph",
            "وطالب الأعضاء بتخصيص مبلغ 2.5 مليون دينار لترميم ثلاث مكتبات في العام القادم، على أن تبدأ الأعمال في الصيف "
            "حين يقل عدد الزوار، وأن تنقل المخطوطات قبل ذلك إلى مكان آمن.",
            column=True,
        ),
        Part(
            "paragraph",
            "وفي خبر آخر أعلنت الجامعة أنها أتمت تصوير أكثر من ٦٠٠ مخطوط ونشرها على شبكة الإنترنت مجانا، لتكون في متناول "
            "الباحثين في كل مكان. ويشمل ذلك كتبا في الطب والفلك والحساب لم تطبع من قبل.",
            column=True,
        ),
        Part(
            "paragraph",
            "وتقول أمينة القسم إن العمل استغرق أربع سنوات، وإن أصعب ما فيه كان ترميم الأوراق قبل تصويرها، لأن الحبر يتشقق "
            "إذا جفت الورقة. وستعرض نماذج من المخطوطات في بهو الجامعة حتى نهاية الشهر.",
            column=True,
        ),
        Part(
            "paragraph",
            "ودعت الجامعة القراء إلى إرسال ملاحظاتهم على ما نشر، فقد وردت إليها حتى الآن 127 رسالة فيها تصحيحات مفيدة "
            "لأسماء المؤلفين وتواريخ النسخ.",
            column=True,
        ),
    ),
)  # fmt: skip

SHEETS = (PROSE, TABLES, COLUMNS)
_KINDS: dict[Kind, BlockKind] = {
    "title": "title",
    "heading": "heading",
    "paragraph": "paragraph",
    "item": "list_item",
    "footnote": "footnote",
}


def truth(sheet: Sheet) -> Document:
    """The page as a perfect reader would give it."""
    return Document((Page(1, 595, 842, tuple(map(_block, sheet.parts))),), sheet.name)


def _block(part: Part) -> Block:
    if part.kind in ("ruled", "borderless"):
        cells = tuple(
            Cell(row, column, _lines(text), header=row == 0)
            for row, texts in enumerate(part.rows)
            for column, text in enumerate(texts)
        )
        return Block("table", table=Table(len(part.rows), len(part.rows[0]), cells))
    return Block(_KINDS[part.kind], _lines(part.text), level=2 if part.kind == "heading" else 0)


def _lines(text: str) -> tuple[Line, ...]:
    return (Line(tuple(map(Word, text.split()))),) if text else ()
