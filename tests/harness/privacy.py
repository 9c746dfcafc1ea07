# SPDX-License-Identifier: Apache-2.0
"""The privacy desk over the management API: requests, decisions, and an erasure to its end."""
import time

from .customers import Customers

API = "/api/v1/privacy"
OVER = ("done", "failed", "refused", "cancelled")


class PrivacyDesk(Customers):
    def request(self, *subjects, kind="erasure", status=201, **kw):
        return self.ask("POST", f"{API}/requests", {"kind": kind, "subjects": list(subjects)}, status, **kw)

    def decide(self, request, step="approve", status=200, **kw):
        return self.ask("POST", f"{API}/requests/{request['id']}/{step}", kw.pop("body", {}), status, **kw)

    def wait(self, request, *states, timeout_s=40):
        end = time.monotonic() + timeout_s
        while True:
            now = self.ask("GET", f"{API}/requests/{request['id']}")
            if now["state"] in (states or OVER):
                return now
            assert time.monotonic() < end, f"{now}\n{self.patron.stderr(3000)}"
            time.sleep(0.02)

    def erase(self, *subjects):
        request = self.request(*subjects)
        self.decide(request)
        done = self.wait(request)
        assert done["state"] == "done", f"{done}\n{self.patron.stderr(3000)}"
        return done
