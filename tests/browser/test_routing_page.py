# SPDX-License-Identifier: Apache-2.0
"""The routing board, its editors, and the agent who takes work: what is offered is taken or left by one key."""
import time

import pytest
from desk_floor import Floor, seen_by, standing
from people import sign_in
from routes import LOOKS, ROUTING, filled
from test_survey import looks, survey


class Given(Floor):
    """The desk whose tickets are given by Patron."""

    def put_routing(self, path, settings):
        path = f"/api/v1/routing/{path}"
        return self.ask("PUT", path, {"version": self.ask("GET", path)["version"], "settings": settings})

    def agents(self):
        return {one["name"]: one["id"] for one in self.ask("GET", "/api/v1/desk/people")["data"]}

    def furnish_routing(self):
        """Words for the paths of ROUTING."""
        people = self.agents()
        first, second = people["Agnes Agent"], people["Bruno Bell"]
        self.ask("PUT", "/api/v1/routing/skills", {"version": 0, "skills": [{"id": "arabic", "name": "Arabic"}, {"id": "tills", "name": "Tills"}]})
        hours = {"zone": "Europe/London", "hours": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
        self.put_routing(f"agents/{first}", {"queues": ["digital"], "skills": [{"skill": "tills", "level": 3}], "capacity": 4, "shifts": hours})
        self.put_routing("queues/digital", {"on": True, "ask": True, "answer_s": 600, "relax": [{"after_s": 300, "skill": "", "level": 0}]})
        self.put_routing("queues/stores", {"on": True, "skills": [{"skill": "arabic", "level": 2}]})
        self.put_routing("queues/loyalty", {"on": True, "skills": [{"skill": "tills", "level": 2}], "language": "preferred", "language_s": 600})
        agent = {"skills": [{"skill": "tills", "level": 3}], "languages": ["en", "ar"]}
        self.put_routing(f"agents/{second}", {"queues": ["loyalty"], **agent})
        self.ask("PUT", f"/api/v1/routing/agents/{second}/presence", {"presence": "online"})
        given = self.report(title="The till in our store does not work and the customers are waiting", queue="loyalty", alone=True)
        self.until(lambda: self.ticket(given["key"])["assignee"] == second)
        self.ask("PUT", f"/api/v1/routing/agents/{second}/presence", {"presence": "offline"})
        self.put_routing(f"agents/{second}", {"queues": ["stores", "digital", "loyalty"], **agent})
        return {"first": first, "second": second, "given": given["key"]}

    def until(self, holds, seconds=30):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"not in {seconds} s"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def shop():
    with standing(Given, Given.furnish_routing) as patron:
        yield patron


@pytest.fixture(scope="module")
def page(shop):
    with seen_by(shop) as one:
        yield one


@pytest.fixture(scope="module")
def agent(shop):
    with seen_by(shop, "agent") as one:
        yield one


@pytest.mark.limit(120)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(open_browser, shop, shots, theme, locale):
    one = open_browser(shop)
    one.sign_in(sign_in(shop, "owner@example.com"))
    survey(one, filled(ROUTING, shop.words), looks(theme, locale), shots)


def test_the_board_says_why_tickets_wait(page, shop):
    page("open", path="/desk/routing")
    page("wait", selector=".ro-load")
    page("click", selector="button[aria-label='Why tickets of Store systems wait']")
    page("waitText", selector=".ro-first", text="nobody of the queue takes work now")
    page("click", selector=".ro-link:has-text('Store systems')")
    page("waitUrl", path="/desk/routing?queue=stores")
    page("waitText", selector=".pt-side h2", text="Store systems")


def test_a_queue_is_changed(page, shop):
    page("open", path="/desk/routing?show=queues&queue=payments")
    page("wait", selector=".ro-form select")
    page("click", selector=".ro-form label:has-text('Tickets are given by Patron')")
    page("click", selector=".ro-form button:has-text('Add a skill')")
    page("click", selector=".ro-form button:has-text('Add a step')")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Payments was saved")
    saved = shop.ask("GET", "/api/v1/routing/queues/payments")["settings"]
    assert (saved["on"], saved["skills"], saved["relax"]) == (True, [{"skill": "arabic", "level": 1}], [{"after_s": 300, "skill": "", "level": 0}])


def test_what_somebody_saved_meanwhile_is_not_overwritten(page, shop):
    page("open", path=f"/desk/routing?show=agents&agent={shop.words['second']}")
    page("wait", selector=".ro-form input")
    shop.put_routing(f"agents/{shop.words['second']}", {"queues": ["stores", "digital"], "capacity": 7})
    page("click", selector=".ro-form button:has-text('Add a skill')")
    page("press", keys=["Control+s"])
    page("wait", selector=".ro-form [role=alert]")
    assert shop.ask("GET", f"/api/v1/routing/agents/{shop.words['second']}")["settings"]["capacity"] == 7
    assert [one for one in page("complaints") if "409" not in one] == []


def test_a_skill_is_named(page, shop):
    page("open", path="/desk/routing?show=skills")
    page("fill", selector="input[aria-label='A new skill']", text="German, spoken")
    page("press", keys=["Enter", "Control+s"])
    page("waitText", selector=".pt-toast", text="The skills were saved")
    assert {"id": "german_spoken", "name": "German, spoken"} in shop.ask("GET", "/api/v1/routing/skills")["skills"]


def test_why_this_agent(page, shop):
    """By one key: who, why them, what it needed."""
    page("open", path=f"/desk/{shop.words['given']}")
    page("wait", selector=".dk-tabs")
    page("press", keys=["a"])
    page("waitText", selector=".dk-routed", text="the only one who could take it")
    page("waitText", selector=".dk-routed", text="English")
    page("waitText", selector=".dk-routed", text="Tills")


def test_tried_before_it_is_saved(page, shop):
    """From the editor by one key; what is typed there is tried, and nothing is changed."""
    page("open", path="/desk/routing?show=queues&queue=loyalty")
    page("wait", selector=".ro-form select")
    page("click", selector=".ro-form label:has-text('Tickets are given by Patron')")
    page("press", keys=["Control+Enter"])
    page("waitUrl", path="/desk/routing?show=trial")
    page("waitText", selector=".ro-changes", text="loyalty")
    page("waitText", selector=".ro-tried", text="the queue is off: nothing is given")
    page("click", selector=".ro-changes button")
    page("waitText", selector=".ro-trial", text="Nothing is changed")
    assert shop.ask("GET", "/api/v1/routing/queues/loyalty")["settings"]["on"] is True


@pytest.mark.limit(60)
def test_an_agent_takes_one_and_leaves_one(agent, shop):
    """By single keys: b takes work, f takes what is offered, d leaves it."""
    agent("open", path="/desk")
    agent("wait", selector=".dk-taking")
    agent("press", keys=["b"])
    agent("wait", selector=".dk-offers li")
    offered = shop.ask("GET", "/api/v1/routing/board")
    assert sum(one["offers"] for one in offered["agents"]) >= 1
    key = agent("text", selector=".dk-offers li:first-child a")
    agent("press", keys=["f"])
    agent("waitText", selector=".pt-toast", text=f"{key} is yours")
    assert shop.ticket(key)["assignee"] == shop.words["first"]
    other = shop.report(title="The app shows an old price", queue="digital", category="loyalty_auth", alone=True)
    agent("waitText", selector=".dk-offers", text=other["key"])
    while (first := agent("text", selector=".dk-offers li:first-child a")) != other["key"]:
        agent("press", keys=["f"])
        agent("waitText", selector=".pt-toast", text=f"{first} is yours")
    agent("press", keys=["d"])
    agent("waitText", selector=".pt-toast", text=f"{other['key']} is left to others")
    assert shop.ticket(other["key"])["assignee"] == ""
