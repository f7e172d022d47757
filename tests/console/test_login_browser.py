"""The login page in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from support.console_api import ADMIN_KEY

pytestmark = pytest.mark.browser


def test_a_wrong_key_is_said_and_too_many_make_wait(page: Page) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto("/")
    expect(page).to_have_url(re.compile("/login$"))
    key = page.get_by_label("Admin key")
    expect(key).to_be_focused()
    for _ in range(3):
        page.get_by_role("alert").evaluate("element => { element.textContent = '' }")
        key.fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("That is not the admin key.")
        expect(key).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Try again in 4")
    expect(page.get_by_role("button", name="Sign in")).to_be_disabled()
    assert problems == []


def test_signing_in_and_out(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Admin key").fill(f"  {ADMIN_KEY} ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto("/login")
    page.wait_for_url("**/")
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    page.goto("/")
    page.wait_for_url("**/login")
