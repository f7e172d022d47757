"""A test set of facts beside the pages that they are about."""

import json

from support.synthetic import settings
from vanguard.documents.evaluate.facts.check import check_all
from vanguard.documents.evaluate.facts.fact import load
from vanguard.documents.evaluate.forms.strict import FORM
from vanguard.documents.evaluate.sources.files import predictions_of
from vanguard.documents.page import FURNITURE
from vanguard.documents.synth.run import facts
from vanguard.documents.synth.run.options import Options
from vanguard.documents.synth.run.store import Store
from vanguard.documents.synth.run.work import Job, write

KINDS = ("ruled_table", "letter", "footnotes")


def made(folder, seed=3):
    job = Job(Options(len(KINDS), kinds=KINDS), settings(dpi=50), folder)
    records = [write(job, page) for page in range(len(KINDS))]
    facts.write(Store(folder), records, seed)
    return load(folder / "facts.jsonl"), records


def test_all_facts_hold_of_the_pages_own_markdown(tmp_path):
    found, _ = made(tmp_path)
    pages = predictions_of(tmp_path / "markdown", {one.document for one in found})
    report = check_all(found, pages, FORM, draws=0)
    assert not [one for one in report.results if one.wrong]
    assert set(report.counts) == {"present", "absent", "order", "cell", "number", "baseline"}
    assert "00000/page-00000001" in {one.document for one in found}


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path):
    written = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        made(tmp_path / name, seed)
        written.append((tmp_path / name / "facts.jsonl").read_bytes())
    assert written[0] == written[1] != written[2]


def test_nothing_is_asked_of_headers_and_page_numbers(tmp_path):
    found, records = made(tmp_path)
    for record in records:
        document = json.loads((tmp_path / record.files["document"][0]).read_text())
        running = {
            " ".join(word["text"] for line in block["lines"] for word in line["words"])
            for page in document["pages"]
            for block in page["blocks"]
            if block["kind"] in FURNITURE
        }
        assert running
        asked = {
            text for one in found if one.document == facts.name_of(record) for text in one.texts
        }
        assert not running & asked
