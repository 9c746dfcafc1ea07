# SPDX-License-Identifier: Apache-2.0
"""The shell by keyboard: skip link, going to areas, palette, list of keys, focus that comes back; looks that last; sources."""

def grid(page):
    page("wait", selector="[role=grid] [data-index]")
    return page


def test_skip_link_comes_first_and_leads_to_the_page(page):
    page("open", path="/sources")
    grid(page)
    page("press", keys=["Tab"])
    assert page("focus")["name"] == "Skip to the page"
    page("press", keys=["Enter"])
    assert page("focus")["id"] == "main"


def test_two_keys_go_to_an_area_and_its_title_is_read(page):
    page("open", path="/sources")
    grid(page)
    page("press", keys=["g", "d"])
    page("waitText", selector="main h1", text="Live debugger")
    assert page("focus")["tag"] == "H1" and page("title").startswith("Live debugger")
    page("press", keys=["g", "s"])
    page("waitText", selector="main h1", text="Sources")


def test_palette_finds_pages_sources_people_and_events(page):
    page("open", path="/sources")
    grid(page)
    for text, wanted, title in (("live", "Live debugger", "Live debugger"), ("web", "Web shop", "Web shop")):
        page("press", keys=["Control+k"])
        page("wait", selector=".sh-palette input:focus")
        page("type", text=text)
        page("waitText", selector=".sh-palette li[aria-selected=true]", text=wanted)
        page("press", keys=["Enter"])
        page("waitText", selector="main h1", text=title)
        page("gone", selector=".sh-palette")
    page("press", keys=["/"])
    page("wait", selector=".sh-palette input:focus")
    page("type", text="analyst@")
    page("waitText", selector=".sh-palette li", text="Analyst Person")
    page("press", keys=["Control+a", "Delete"])
    page("type", text="0")
    page("press", keys=["Enter"])
    page("wait", selector=".pt-side .pt-code")
    assert page("url").endswith("/live?event=0")


def test_focus_comes_back_when_the_palette_closes(page):
    page("open", path="/sources")
    grid(page)
    page("press", keys=["j"])
    before = page("focus")
    page("press", keys=["?"])
    page("wait", selector=".sh-keys")
    page("press", keys=["Escape"])
    page("gone", selector=".sh-keys")
    after = page("focus")
    assert before["tag"] == after["tag"] == "DIV" and before["name"].split()[0] == after["name"].split()[0]  # the row; its figures move on


def test_looks_last(page):
    page("open", path="/sources")
    grid(page)
    page("click", selector=".sh-person")
    page("click", selector=".sh-own label:has-text('Dark')")
    page("click", selector=".sh-own label:has-text('Compact')")
    page("click", selector=".sh-own label:has-text('العربية')")
    page("wait", selector="html[dir=rtl][lang=ar][data-density=compact][data-mantine-color-scheme=dark]")
    page("reload")
    page("wait", selector="html[dir=rtl][lang=ar][data-density=compact][data-mantine-color-scheme=dark]")
    grid(page)


def test_a_source_from_first_to_last(page, shop):
    """Add, edit, disable with undo, a new key only after its name was typed."""
    page("open", path="/sources")
    grid(page)
    page("press", keys=["n"])
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Kiosk")
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Kiosk")
    page("waitText", selector=".so-first", text="Waiting for the first event")
    source = next(s for s in shop.api("GET", "/api/v1/sources").json()["data"] if s["name"] == "Kiosk")

    page("click", selector="button:has-text('Disable')")
    page("waitText", selector=".pt-toast", text="is disabled")
    assert not shop.api("GET", f"/api/v1/sources/{source['id']}").json()["enabled"]
    page("click", selector=".pt-toast button:has-text('Undo')")
    page("wait", selector="main button:has-text('Disable')")
    assert shop.api("GET", f"/api/v1/sources/{source['id']}").json()["enabled"]

    page("click", selector="main button[aria-label=More]")
    page("click", selector="[role=menuitem]")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Kios")
    assert page("evaluate", script="document.querySelector('[role=dialog] [type=submit]').disabled")
    page("type", text="k")
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-toast", text="The new key is in force")
    assert shop.api("GET", f"/api/v1/sources/{source['id']}").json()["write_key"] != source["write_key"]
    assert page("complaints") == []


def test_lists_are_saved_as_csv_as_shown(page):
    page("open", path="/sources")
    grid(page)
    script = """(async () => {
      const made = new Promise((resolve) => { const real = URL.createObjectURL; URL.createObjectURL = (blob) => { resolve(blob.text()); return real(blob) } })
      document.querySelector('[aria-label="Save as CSV"]').click()
      return made
    })()"""
    lines = page("evaluate", script=script).lstrip("\ufeff").splitlines()
    assert lines[0].startswith("Name,State,") and any(line.startswith("Web shop,receiving,") for line in lines)
