# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import tempfile

import pytest
from driver import Browser
from harness import node
from people import Shop, sign_in


@pytest.fixture(scope="session")
def shots():
    folder = pathlib.Path(os.environ.get("PATRON_SHOTS", tempfile.gettempdir())) / "patron-console"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def shop():
    """The module's furnished daemon; each test may take a source of its own from it."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        exports = pathlib.Path(folder) / "exports"
        exports.mkdir()
        patron = Shop(pathlib.Path(folder) / "shop", settings={"export-root": str(exports)}).start()
        try:
            yield patron.furnish()
            patron.stop()
        finally:
            patron.discard()


@pytest.fixture
def open_browser():
    """open_browser(patron): a Chromium of the test's own."""
    node.install()
    opened = []

    def make(patron, **size):
        opened.append(Browser(patron.base, **size))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def page(open_browser, shop):
    """The console as the owner sees it, not opened yet."""
    one = open_browser(shop)
    one.sign_in(sign_in(shop, "owner@example.com"))
    return one
