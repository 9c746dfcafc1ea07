# SPDX-License-Identifier: Apache-2.0
"""The live debugger in a real Chromium: an event within a second, the keyboard, the token, a strict policy, both widths."""
import json
import os
import pathlib
import queue
import tempfile
import threading
import time

import pytest
from harness import node
from harness.load import track

HERE = pathlib.Path(__file__).parent
SHOTS = pathlib.Path(os.environ.get("PATRON_SHOTS", tempfile.gettempdir())) / "patron-debugger"


class Browser:
    """One Chromium with one page, driven line by line."""

    def __init__(self, base, width=1440, height=900):
        import subprocess  # pylint: disable=import-outside-toplevel
        self.process = subprocess.Popen(
            [node.node(), str(HERE / "debugger.mjs"), base, str(width), str(height)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=node.environment())
        self.answers = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.answers.put(json.loads(line))

    def __call__(self, do, **arguments):
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        end = time.monotonic() + 30
        while True:
            try:
                answer = self.answers.get(timeout=0.2)
                break
            except queue.Empty:
                assert self.process.poll() is None, f"the browser ended\n{self.process.stderr.read()[-3000:]}"
                assert time.monotonic() < end, f"no answer to {do}"
        assert "error" not in answer, f"{do} {arguments}: {answer['error']}"
        return answer["value"]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except Exception:  # pylint: disable=broad-except
            self.process.kill()
            raise


@pytest.fixture
def browser(shared):
    node.install()
    opened = []

    def open_browser(**size):
        opened.append(Browser(shared.patron.base, **size))
        return opened[-1]

    yield open_browser
    for one in opened:
        one.close()


@pytest.fixture
def page(browser, shared):
    """The debugger, open with a token, live."""
    one = browser()
    one("open", path=f"/debugger#token={shared.patron.add_token()}")
    one("waitText", selector="#state", text="live")
    return one


def send(shared, source, *events):
    shared.patron.send_ok(list(events), source["write_key"])


def rows(page, wanted, seconds=3):
    """The texts of the rows, newest first, once there are as many as wanted."""
    end = time.monotonic() + seconds
    while len(got := page("rows")) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    assert len(got) == wanted, got
    return got


def test_the_page_asks_for_a_token_and_refuses_a_wrong_one(browser, shared):
    page = browser()
    page("open", path="/debugger")
    assert page("visible", selector="#gate") and not page("visible", selector="#work")
    assert page("focus") == "token"
    page("type", text="nosuchtoken")
    page("press", keys=["Enter"])
    page("waitText", selector="#gate-error", text="token")
    assert not page("visible", selector="#work")
    page("fill", selector="#token", text=shared.patron.add_token())
    page("press", keys=["Enter"])
    page("waitText", selector="#state", text="live")
    assert page("visible", selector="#work") and not page("visible", selector="#gate")


def test_the_token_leaves_the_address_and_stays_in_the_tab_only(page):
    assert "token" not in page("url")
    assert page("storage") == {"local": {}, "cookie": ""}
    page("reload")
    page("waitText", selector="#state", text="live")


@pytest.mark.parametrize("name", ["Order Completed", "Zażółć 😀 <b>x</b>"])
def test_an_event_is_seen_within_a_second(page, shared, name):
    source = shared.source()
    for i in range(3):
        begin = time.monotonic()
        send(shared, source, track(f"seen-{name}-{i}", f"{name} {i}"))
        page("waitRow", text=f"{name} {i}", timeout=2000)
        assert time.monotonic() - begin < 1


def test_filters_by_keyboard(page, shared):
    """Tab, type, arrow: no mouse. Each filter, and back to all of them."""
    source, other = shared.source(), shared.source()
    page("reload")  # the sources' list is read at the start
    page("waitText", selector="#state", text="live")
    user = f"user-{source['name']}"
    events = [track(f"{user}-t", "Tracked", user=user), {"type": "identify", "userId": user, "messageId": f"{user}-i"},
              {"type": "page", "userId": user, "name": "Landing", "messageId": f"{user}-p"}, {"type": "track", "userId": user}]
    send(shared, source, *events)
    send(shared, other, track("other", "Elsewhere", user="somebody"))
    page("waitRow", text="Elsewhere")

    page("press", keys=["/"])
    assert page("focus") == "f-name"
    page("type", text="track")
    assert rows(page, 1)[0].count("Tracked") == 1
    page("press", keys=["Control+a", "Delete", "Shift+Tab"])
    assert page("focus") == "f-user"
    page("type", text=user)
    rows(page, 4)
    page("press", keys=["Shift+Tab"])
    assert page("focus") == "f-validity"
    page("type", text="q")  # quarantined
    assert "quarantined" in rows(page, 1)[0]
    page("press", keys=["ArrowUp"])  # valid
    rows(page, 3)
    page("press", keys=["Shift+Tab"])
    assert page("focus") == "f-type"
    page("type", text="id")
    assert "identify" in rows(page, 1)[0]
    assert "type=identify" in page("url") and "validity=valid" in page("url")
    page("reload")  # the address restores the view
    page("waitText", selector="#state", text="live")
    assert "identify" in rows(page, 1)[0]
    page("click", selector="#f-reset")
    page("waitRow", text="Elsewhere")


def test_filter_by_source(page, shared):
    source, other = shared.source(), shared.source()
    send(shared, source, track("by-source", "Mine"))
    send(shared, other, track("by-source", "Theirs"))
    page("open", path=f"/debugger?source={source['id']}")
    page("waitText", selector="#state", text="live")
    assert "Mine" in rows(page, 1)[0]


def test_rows_by_keyboard(page, shared):
    source = shared.source()
    page("open", path=f"/debugger?source={source['id']}")
    page("waitText", selector="#state", text="live")
    send(shared, source, *[track(f"key-{i}", f"Keyed {i}") for i in range(3)])
    rows(page, 3)
    page("press", keys=["j", "j", "Enter"])
    assert page("visible", selector="#detail")
    assert page("text", selector="#detail-title") == "Keyed 1"
    assert '"messageId": "key-1"' in page("text", selector="#detail-json")
    page("press", keys=["Escape"])
    assert not page("visible", selector="#detail")
    page("press", keys=["k", "Enter"])
    assert page("text", selector="#detail-title") == "Keyed 2"
    page("press", keys=["Escape", "c"])
    rows(page, 0)


def test_pause_holds_and_goes_on(page, shared):
    source = shared.source()
    page("open", path=f"/debugger?source={source['id']}")
    page("waitText", selector="#state", text="live")
    page("press", keys=["p"])
    send(shared, source, track("paused", "While paused"))
    page("waitText", selector="#skipped", text="1 new")
    assert page("rows") == []
    page("press", keys=["p"])
    assert "While paused" in rows(page, 1)[0]


def test_a_quarantined_event_says_why(page, shared):
    source = shared.source()
    page("open", path=f"/debugger?source={source['id']}")
    page("waitText", selector="#state", text="live")
    send(shared, source, {"type": "track", "userId": "u"})
    page("waitRow", text="quarantined")
    page("press", keys=["j", "Enter"])
    assert "no_event_name" in page("text", selector="#detail-facts")


def test_markup_in_events_stays_text(page, shared):
    source = shared.source()
    page("open", path=f"/debugger?source={source['id']}")
    page("waitText", selector="#state", text="live")
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    send(shared, source, track(evil[:200], evil, user=evil, html=evil))
    page("waitRow", text="<img src=x")
    page("press", keys=["j", "Enter"])
    assert page("text", selector="#detail-title") == evil
    assert page("complaints") == []


@pytest.mark.limit(90)
def test_it_follows_a_restart_of_the_server(browser, make_patron):
    """The page says that the connection is lost, comes back by itself, and misses nothing."""
    patron = make_patron().start()
    key, token = patron.add_source()["write_key"], patron.add_token()
    node.install()
    page = Browser(patron.base)
    try:
        page("open", path=f"/debugger#token={token}")
        page("waitText", selector="#state", text="live")
        patron.send_ok([track("a", "Before")], key)
        page("waitRow", text="Before")
        patron.kill9()
        page("waitText", selector="#state", text="lost")
        patron.start()
        patron.send_ok([track("b", "Between")], key)
        page("waitText", selector="#state", text="live", timeout=15000)
        page("waitRow", text="Between")
        assert len(rows(page, 2)) == 2
    finally:
        page.close()


@pytest.mark.parametrize("width,height", [(1440, 900), (390, 844)])
def test_no_complaints_and_no_sideways_scrolling(browser, shared, width, height):
    """No console error, no exception, no policy violation, nothing wider than the screen, every control named."""
    source = shared.source()
    page = browser(width=width, height=height)
    page("open", path="/debugger")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page("shot", file=str(SHOTS / f"gate-{width}.png"))
    assert page("unnamed") == [] and page("overflow") <= 0
    page("fill", selector="#token", text=shared.patron.add_token())
    page("press", keys=["Enter"])
    page("waitText", selector="#state", text="live")
    send(shared, source, *[track(f"w{width}-{i}", f"Event {i}", user="somebody-with-a-long-name@example.com") for i in range(30)],
         {"type": "track", "userId": "u", "messageId": f"w{width}-bad"})
    page("waitRow", text="Event 29")
    page("shot", file=str(SHOTS / f"list-{width}.png"))
    assert page("unnamed") == [] and page("overflow") <= 0
    page("press", keys=["j", "Enter"])
    page("shot", file=str(SHOTS / f"detail-{width}.png"))
    assert page("overflow") <= 0
    assert page("complaints") == []


def test_the_policy_is_strict(shared):
    answer = shared.patron.get("/debugger")
    policy = {part.split()[0]: part.split()[1:] for part in answer.header("Content-Security-Policy").split(";")}
    assert policy["default-src"] == ["'none'"]
    for directive, values in policy.items():
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & set(values), directive
    assert policy["frame-ancestors"] == ["'none'"]
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") == "no-referrer"
