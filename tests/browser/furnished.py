# SPDX-License-Identifier: Apache-2.0
"""One daemon with all that the pages' own tests put into theirs, for who goes through every page: Lighthouse, the largest paints."""
import contextlib
import pathlib
import tempfile

import desk_floor as desk
import routes
import test_adoption_page as adoption
import test_connectors_page as connectors
import test_consent_page as consent
import test_customers_page as customers
import test_destinations_page as destinations
import test_explore_page as explore
import test_figures_page as figures
import test_mailboxes_page as mailboxes
import test_plans_page as plans
import test_privacy_page as privacy
import test_pulls_page as pulls
import test_routing_page as routing
import test_stores_page as stores
import test_triage_page as triage
from harness.customers import Customers
from people import Shop

ROWS = b"order,customer,total\nh1,c1,1.50\nh2,c2,much\n"


class Everything(Shop):
    """Answers for all servers that its pages tell of; see shop()."""

    def refuse_a_row(self):
        """An import with a row that was refused: words for the paths of IMPORTS."""
        return {"import": Customers(self).import_file(ROWS, "Old history")}

    def areas(self):
        """The lists of routes one after the other, each with the words for its paths; what its pages show is made right before. Furnished first."""
        yield routes.ROUTES, self.learn()
        yield routes.PLANS, plans.violated(self)
        yield routes.IMPORTS, self.refuse_a_row()
        yield routes.CUSTOMERS, customers.a_life(customers.People(self), "whole")
        yield routes.EXPLORE, explore.furnish_explore(self)
        yield routes.STORES, stores.furnish_stores(self)
        yield routes.CONSENT, consent.furnish_consent(self)
        yield routes.PRIVACY, self.seen_as(privacy.Office).words()
        yield routes.DESTINATIONS, self.seen_as(destinations.Out).furnish_out(self.receiver).words()
        yield routes.CONNECTORS, self.seen_as(connectors.Connected).furnish_in().words()
        yield routes.PULLS, self.seen_as(pulls.Office).furnish_office(self.erp, self.drops).words()
        yield routes.DESK, self.seen_as(desk.Floor).furnish_desk()
        yield routes.TRIAGE, self.seen_as(triage.Sorted).furnish_triage()
        yield routes.ROUTING, self.seen_as(routing.Given).furnish_routing()
        yield routes.MAILBOXES, self.seen_as(mailboxes.Post).furnish_mail()
        yield routes.FIGURES, self.seen_as(figures.Told).furnish_figures()
        self.seen_as(adoption.Beside).furnish_beside(self.incumbent)
        yield routes.ADOPTION, {}


@contextlib.contextmanager
def shop():
    """The daemon, where nobody was yet."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder, \
            adoption.Incumbent() as incumbent, destinations.Receiver() as receiver, pulls.Erp() as erp:
        drops, exports = pathlib.Path(folder) / "drops", pathlib.Path(folder) / "exports"
        drops.mkdir()
        exports.mkdir()
        settings = {"connect-networks": "127.0.0.1", "connect-drop-root": str(drops), "export-root": str(exports), "privacy-deadline-days": "5"}
        patron = Everything(pathlib.Path(folder) / "shop", settings=settings)
        patron.incumbent, patron.receiver, patron.erp, patron.drops = incumbent, receiver, erp, drops
        try:
            yield patron.start()
            patron.stop()
        finally:
            patron.discard()
