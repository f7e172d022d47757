"""The page of documents in a real browser: upload, progress, results, deletion, queues."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from support.console_process import PlatformProcess

pytestmark = pytest.mark.browser


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    page.get_by_label("Choose files").set_input_files(
        [
            {"name": name, "mimeType": "application/pdf", "buffer": content}
            for name, content in files
        ]
    )


def test_a_document_is_sent_read_and_its_results_are_there(
    documents: Page, platform: PlatformProcess
) -> None:
    upload(documents, ("scan.pdf", b"%PDF-1.7 ..."))
    row = documents.get_by_role("row").filter(has_text="scan.pdf")
    expect(row.get_by_role("progressbar", name="Pages read of scan.pdf")).to_be_visible()
    expect(row.get_by_text("Done")).to_be_visible(timeout=20_000)
    links = row.get_by_role("link")
    expect(links).to_have_text(
        ["Markdown", "HTML", "JSON", "Text", "ALTO", "PAGE", "PDF", "Correct"]
    )
    address = links.first.get_attribute("href")
    assert documents.request.get(address or "").text() == "doc_1 as markdown"
    (sent,) = platform.desk()["uploads"]
    assert (sent["name"], sent["bytes"], sent["fields"]) == ("scan.pdf", 12, {"review": "true"})
    assert sent["key"].startswith("console-")


def test_what_is_wished_goes_along(documents: Page, platform: PlatformProcess) -> None:
    documents.get_by_label("Put what is doubtful into the correction queue").uncheck()
    documents.get_by_label("Languages").fill(" ara+eng ")
    upload(documents, ("a.pdf", b"%PDF"))
    expect(documents.get_by_role("status")).to_have_text("1 document sent.")
    assert platform.desk()["uploads"][0]["fields"] == {"review": "false", "languages": "ara+eng"}


def test_files_that_are_dropped_are_sent(documents: Page) -> None:
    documents.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["%PDF"], "dropped.pdf"));
          document.querySelector(".vd-drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(documents.get_by_role("row").filter(has_text="dropped.pdf")).to_be_visible()


def test_one_bad_file_does_not_keep_the_others_away(documents: Page) -> None:
    upload(documents, ("bad.pdf", b"broken"), ("good.pdf", b"%PDF"))
    expect(documents.get_by_role("alert")).to_contain_text("bad.pdf: this is no document")
    expect(documents.get_by_role("row").filter(has_text="good.pdf")).to_be_visible()
    expect(documents.get_by_role("status")).to_have_text("1 document sent.")


def test_a_document_that_cannot_be_read_says_why(documents: Page) -> None:
    upload(documents, ("locked.pdf", b"%PDF"))
    row = documents.get_by_role("row").filter(has_text="locked.pdf")
    expect(row.get_by_text("Failed")).to_be_visible(timeout=20_000)
    expect(row).to_contain_text("it needs a password")
    expect(row.get_by_role("link")).to_have_count(0)


def test_a_document_is_deleted_after_a_question(documents: Page, platform: PlatformProcess) -> None:
    delete = documents.get_by_role("button", name="Delete")
    documents.once("dialog", lambda dialog: dialog.dismiss())
    delete.click()
    expect(documents.get_by_role("row").filter(has_text="doc_page")).to_be_visible()
    documents.once("dialog", lambda dialog: dialog.accept())
    delete.click()
    expect(documents.get_by_text("No documents yet")).to_be_visible()
    assert "DELETE /api/documents/doc_page" in platform.desk()["asked"]


def test_queues_lead_to_the_desk(documents: Page) -> None:
    queues = documents.get_by_role("region", name="To be corrected")
    expect(queues.get_by_text("4 open · 0 claimed · 0 decided")).to_be_visible()
    for name, kind in (("ZIP", "zip"), ("JSON lines", "jsonl")):
        link = queues.get_by_role("link", name=re.compile(name))
        assert (
            documents.request.get(link.get_attribute("href") or "").text()
            == f"corrections as {kind}"
        )
    queues.get_by_role("link", name="Confusable digits").click()
    documents.wait_for_url("**/desk?queue=documents&tag=digits")
    expect(documents.get_by_label("Show", exact=True)).to_have_value("digits")


def test_one_document_leads_to_its_own_blocks(documents: Page) -> None:
    documents.get_by_role("row").get_by_role("link", name="Correct").click()
    documents.wait_for_url(re.compile(r"/desk\?prefix=doc_page%2F$"))
    expect(documents.get_by_text("one document")).to_be_visible()
    expect(documents.get_by_role("link", name="show all")).to_be_visible()


def test_the_focus_stays_while_the_list_changes(documents: Page) -> None:
    """The list is asked for every two seconds while something is read."""
    upload(documents, ("scan.pdf", b"%PDF"))
    row = documents.get_by_role("row").filter(has_text="scan.pdf")
    same = documents.get_by_role(
        "link", name="Markdown"
    ).last  # of the document that is read already
    same.focus()
    expect(row.get_by_text("2 of 3")).to_be_visible()
    expect(same).to_be_focused()
    row.get_by_role("button", name="Delete").focus()
    expect(row.get_by_text("Done")).to_be_visible(timeout=20_000)
    assert documents.evaluate("document.activeElement.closest('tr').textContent").startswith(
        "scan.pdf"
    )


def test_a_platform_that_is_away_is_said_and_forgotten(
    documents: Page, platform: PlatformProcess
) -> None:
    platform.desk(
        fail={"at": "GET /api/documents", "status": 503, "message": "the database is locked"}
    )
    documents.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(documents.get_by_role("alert")).to_contain_text("the database is locked")
    documents.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(documents.get_by_role("alert")).to_have_count(0)
    expect(documents.get_by_role("row").filter(has_text="doc_page")).to_be_visible()
