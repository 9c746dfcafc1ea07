# SPDX-License-Identifier: Apache-2.0
"""The live debugger: an event within a second, filters, keys, pause, raw text, a restart of the server, many events."""
import time

import pytest
from harness.load import track
from people import set_up, sign_in

ROW = "[role=grid] [data-index]"


@pytest.fixture
def source(shop):
    return shop.add_source(f"live-{time.monotonic_ns()}")


def watch(page, source, more=""):
    page("open", path=f"/live?source={source['id']}{more}")
    page("waitText", selector="#live-line", text="Live")
    return page


def rows(page, wanted, seconds=5):
    """Texts of the rows, newest first, once there are as many as wanted."""
    end = time.monotonic() + seconds
    while len(got := page("texts", selector=ROW)) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    assert len(got) == wanted, got
    return got


def send(shop, source, *events):
    shop.send_ok(list(events), source["write_key"])


@pytest.mark.parametrize("name", ["Order Completed", "Zażółć 😀 <b>x</b>"])
def test_an_event_is_seen_within_a_second(page, shop, source, name):
    watch(page, source)
    took = []
    for i in range(3):
        send(shop, source, track(f"seen-{name}-{i}", f"{name} {i}"))
        took.append(page("waitText", selector=ROW, text=f"{name} {i}"))
    assert min(took) < 1000, took


def test_filters_stand_in_the_address_and_come_back_with_it(page, shop, source):
    events = [track("a", "Tracked", user="ann"), {"type": "identify", "userId": "bob", "messageId": "b"},
              {"type": "page", "userId": "ann", "name": "Landing", "messageId": "c"}, {"type": "track", "userId": "ann", "messageId": "d"}]
    send(shop, source, *events)
    watch(page, source)
    rows(page, 4)
    page("press", keys=["i"])
    assert page("focus")["id"] == "live-name"
    page("type", text="track")
    assert "Tracked" in rows(page, 1)[0]
    assert "name=track" in page("url")
    page("reload")
    assert "Tracked" in rows(page, 1)[0]
    assert page("value", selector="#live-name") == "track"
    watch(page, source, "&validity=quarantined")
    assert "Quarantined" in rows(page, 1)[0]
    watch(page, source, "&user=ann&validity=valid")
    rows(page, 2)


def test_rows_by_keyboard_with_details_beside(page, shop, source):
    send(shop, source, *[track(f"key-{i}", f"Keyed {i}") for i in range(3)])
    watch(page, source)
    rows(page, 3)
    page("press", keys=["j", "j", "Enter"])
    page("waitText", selector=".pt-side h2", text="Keyed 1")
    assert '"messageId": "key-1"' in page("text", selector=".pt-side pre")
    page("press", keys=["Escape"])
    page("gone", selector=".pt-side")
    page("press", keys=["k", "Enter"])
    page("waitText", selector=".pt-side h2", text="Keyed 2")
    page("reload")  # the address holds what is open
    page("waitText", selector=".pt-side h2", text="Keyed 2")


def test_the_text_as_received(page, shop, source):
    shop.post("/v1/track", b'{"userId":"u",  "event":"Spaced  out", "messageId":"raw-1"}',
              headers={"Content-Type": "application/json", "Authorization": shop_basic(source)})
    watch(page, source)
    rows(page, 1)
    page("press", keys=["j", "Enter"])
    page("click", selector=".pt-side label:has-text('As received')")
    page("waitText", selector=".pt-side pre", text='"userId":"u",  "event":"Spaced  out"')


def shop_basic(source):
    from harness.web import basic  # pylint: disable=import-outside-toplevel
    return basic(source["write_key"])["Authorization"]


def test_pause_holds_and_goes_on(page, shop, source):
    watch(page, source)
    page("press", keys=["p"])
    send(shop, source, track("paused", "While paused"))
    page("waitText", selector="#live-waiting", text="1 new event")
    assert page("texts", selector=ROW) == []
    page("press", keys=["p"])
    assert "While paused" in rows(page, 1)[0]


def test_what_is_read_stays_where_it_is(page, shop, source):
    """Scrolled away from the top, new events wait; f goes back to them."""
    send(shop, source, *[track(f"old-{i}", f"Old {i}") for i in range(100)])
    watch(page, source)
    page("waitText", selector=ROW, text="Old 99")
    page("evaluate", script="document.querySelector('[role=grid]').scrollTop = 900")
    page("sleep", ms=200)
    before = page("texts", selector=ROW)
    send(shop, source, track("new", "Brand new"))
    page("waitText", selector="#live-waiting", text="1 new event")
    assert page("texts", selector=ROW) == before
    page("press", keys=["f"])
    page("waitText", selector=ROW, text="Brand new")


def test_markup_in_events_stays_text(page, shop, source):
    watch(page, source)
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    send(shop, source, track(evil[:200], evil, user=evil, html=evil))
    page("waitText", selector=ROW, text="<img src=x")
    page("press", keys=["j", "Enter"])
    page("waitText", selector=".pt-side h2", text=evil)
    assert page("complaints") == []


def test_a_refused_call_is_shown(page, shop, source):
    page("open", path="/live?validity=rejected")
    page("waitText", selector="#live-line", text="Live")
    shop.send([track("x", "X")], "nosuchkey")
    page("waitText", selector=ROW, text="Refused")


@pytest.mark.limit(120)
def test_thousands_of_events_stay_smooth(page, shop, source):
    """Ten batches a second of many: the page keeps up, says what it left out, and scrolls."""
    watch(page, source)
    for i in range(30):
        send(shop, source, *[track(f"many-{i}-{j}", f"Many {i}") for j in range(200)])
    page("waitText", selector=ROW, text="Many", timeout=15000)
    page("waitText", selector="#live-line", text="left out", timeout=15000)
    frames = page("scroll", selector="[role=grid]")
    print(frames)
    assert frames["frames"] > 100


@pytest.mark.limit(120)
def test_it_follows_a_restart_of_the_server(open_browser, make_patron):
    """The page says that the connection is lost, comes back by itself, and misses nothing."""
    patron = make_patron().start()
    set_up(patron)
    key = patron.add_source()["write_key"]
    page = open_browser(patron)
    page.sign_in(sign_in(patron, "owner@example.com"))
    page("open", path="/live?type=page")
    page("waitText", selector="#live-line", text="Live")
    patron.send_ok([{"type": "page", "userId": "u", "name": "Before"}], key)
    page("waitText", selector=ROW, text="Before")
    patron.kill9()
    page("waitText", selector="#live-line", text="lost", timeout=15000)
    page("waitText", selector=".sh-live", text="Offline", timeout=15000)
    page("waitText", selector=".pt-banner", text="No connection")
    patron.start()
    patron.send_ok([{"type": "page", "userId": "u", "name": "Between"}], key)
    page("waitText", selector=ROW, text="Between", timeout=20000)
    page("waitText", selector=".sh-live", text="Live", timeout=20000)
    rows(page, 2)
