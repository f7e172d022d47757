"""A page as HTML, for the programs that print that.

It does not know them.
"""

from __future__ import annotations

from html import escape

from bench.printed.content import Part, Sheet

STYLE = """
@page { size: A4; margin: 20mm }
body { font: 13pt/1.7 "%s"; text-align: justify }
h1 { font-size: 21pt; text-align: center } h2 { font-size: 16pt; text-align: right }
.columns { column-count: 2; column-gap: 9mm }
table { border-collapse: collapse; margin: 4mm 0; width: 100%% }
.ruled, .ruled td, .ruled th { border: 0.6pt solid black }
td, th { padding: 1.5mm 3mm; text-align: right }
footer { border-top: 0.5pt solid black; font-size: 10pt; margin-top: 14mm; width: 60%% }
"""
_TAGS = {"title": "h1", "heading": "h2", "paragraph": "p", "footnote": "footer"}


def html(sheet: Sheet, font: str) -> str:
    """The page, to be set in a font of that family."""
    body, last = [], ""
    for part in sheet.parts:
        group = "ul" if part.kind == "item" else "div" if part.column else ""
        if group != last:
            body.append(f"</{last}>" if last else "")
            body.append("" if not group else '<div class="columns">' if group == "div" else "<ul>")
        body.append(_part(part))
        last = group
    body.append(f"</{last}>" if last else "")
    return (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{sheet.name}</title>'
        f"<style>{STYLE % font}</style></head><body>{''.join(body)}</body></html>"
    )


def _part(part: Part) -> str:
    if part.rows:
        rows = (
            "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
            for tag, row in zip(["th", *["td"] * len(part.rows)], part.rows, strict=False)
        )
        return f'<table class="{part.kind}">{"".join(f"<tr>{row}</tr>" for row in rows)}</table>'
    tag = _TAGS.get(part.kind, "li")
    return f"<{tag}>{escape(part.text)}</{tag}>"
