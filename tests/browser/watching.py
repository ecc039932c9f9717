"""Browsers that are watched: whatever a page must never do is a fault, whichever test it happens in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Route

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => violated(`${event.violatedDirective}: ${event.blockedURI}`));
"""
PATIENCE_S = 30
"""A machine may have other things to do; a test that waits for what never comes fails all the same."""

DOCUMENT_STATUS = "Failed to load resource: the server responded with a status of "


@dataclass
class Watch:
    """Opens pages of one origin and notes their faults."""

    browser: Browser
    origin: str
    faults: list[str] = field(default_factory=list)
    refusals: set[int] = field(default_factory=set)
    """Statuses that the test asks for: browsers report them, and here they are no fault."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, **options: Any) -> Page:
        """Open a blank page in a browser context of its own: no cookie, storage or cache is shared."""
        context = self.browser.new_context(base_url=self.origin, locale="en-GB", **options)
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_S * 1000)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.faults.append(f"error in a script: {error.error}"))
        context.on("dialog", self._on_dialog)
        context.expose_function("violated", lambda told: self.faults.append(f"policy violated: {told}"))
        context.add_init_script(REPORT_VIOLATIONS)
        # A pattern is matched by the driver; a function would have every request come by here.
        context.route(re.compile(f"^(?!{re.escape(self.origin)}/)"), self._on_foreign)
        return context.new_page()

    def close(self) -> None:
        """Close what was opened."""
        for context in self._contexts:
            context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith(tuple(f"{DOCUMENT_STATUS}{status}" for status in self.refusals))
        if message.type == "error" and not refused:
            self.faults.append(f"console: {message.text}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_foreign(self, route: Route) -> None:
        self.faults.append(f"request to another origin: {route.request.url}")
        route.abort()


@contextmanager
def watched(browser: Browser, origin: str) -> Iterator[Watch]:
    """Watch pages of `origin`; at the end there must be no fault."""
    watch = Watch(browser, origin)
    try:
        yield watch
    finally:
        watch.close()
    assert not watch.faults, "\n".join(watch.faults)
