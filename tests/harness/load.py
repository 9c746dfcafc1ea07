# SPDX-License-Identifier: Apache-2.0
"""Clients that keep their promise: each batch is sent until it was acknowledged, across 429, 5xx, cuts and restarts."""
import http.client
import json
import threading
import time

from . import web

RETRY_CAP_S = 0.25  # a test does not wait as long as Retry-After asks


class Refused(AssertionError):
    """The server said that the batch itself is wrong, or answered with 500: never right for a valid batch."""


class RetryingClient:
    """One connection, one batch at a time. Keeps what was acknowledged and what was seen on the way."""

    def __init__(self, base, key, path="/v1/batch", give_up_s=60):
        self.base, self.key, self.path, self.give_up_s = base, key, path, give_up_s
        self.acknowledged = []
        self.retries = 0
        self.statuses = {}
        self.connection = None

    def deliver(self, events):
        body = json.dumps({"batch": events, "sentAt": now()}).encode()
        headers = {"Content-Type": "application/json", **web.basic(self.key)}
        end = time.monotonic() + self.give_up_s
        while True:
            answer = self.attempt(body, headers)
            if answer is not None and answer.status == 200:
                self.acknowledged += [event["messageId"] for event in events]
                return answer
            if answer is not None and answer.status not in (429, 503):
                raise Refused(f"{answer}")
            if time.monotonic() > end:
                raise TimeoutError(f"not delivered within {self.give_up_s} s, last answer {answer}")
            self.retries += 1
            time.sleep(min(RETRY_CAP_S, retry_after(answer)) if answer is not None else 0.02)

    def attempt(self, body, headers):
        try:
            if self.connection is None:
                self.connection = web.connect(self.base, timeout=10)
            answer = web.exchange(self.connection, "POST", self.path, body, headers)
        except (OSError, http.client.HTTPException):
            self.drop()
            return None
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        if answer.status != 200 or answer.header("Connection", "").lower() == "close":
            self.drop()
        return answer

    def drop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def retry_after(answer):
    """Seconds of Retry-After, which must be a whole number."""
    value = answer.header("Retry-After")
    assert value is not None and value.isascii() and value.isdigit(), f"no whole Retry-After: {answer}"
    return int(value)


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def track(message_id, name="Load", user="u1", **properties):
    """A plain track event with its own id."""
    return {"type": "track", "messageId": message_id, "event": name, "userId": user, "properties": properties}


class Load:
    """Several retrying clients at once, until told to stop. `with Load(...) as load:` joins them at the end."""

    def __init__(self, base, key, clients=4, batch=10, label="load", pause_s=0.0):
        self.clients = [RetryingClient(base, key) for _ in range(clients)]
        self.batch, self.label, self.pause_s = batch, label, pause_s
        self.stopping = threading.Event()
        self.errors = []
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True) for i in range(clients)]

    def run(self, index):
        client, sequence = self.clients[index], 0
        try:
            while not self.stopping.is_set():
                events = [track(f"{self.label}-{index}-{sequence + i}", user=f"u{index}", n=sequence + i)
                          for i in range(self.batch)]
                client.deliver(events)
                sequence += self.batch
                if self.pause_s:
                    time.sleep(self.pause_s)
        except Exception as error:  # pylint: disable=broad-except # handed to the test's thread
            self.errors.append(error)
        finally:
            client.drop()

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self, join_s=90):
        """Lets each client finish its batch in flight. Raises what a client met."""
        self.stopping.set()
        end = time.monotonic() + join_s
        for thread in self.threads:
            thread.join(max(0.1, end - time.monotonic()))
            assert not thread.is_alive(), "a client did not get its last batch through"
        if self.errors:
            raise self.errors[0]

    @property
    def acknowledged(self):
        return [message_id for client in self.clients for message_id in client.acknowledged]

    def wait_acknowledged(self, count, timeout_s=30):
        end = time.monotonic() + timeout_s
        while sum(len(client.acknowledged) for client in self.clients) < count:
            if self.errors:
                raise self.errors[0]
            assert time.monotonic() < end, f"{len(self.acknowledged)} of {count} acknowledged in {timeout_s} s"
            time.sleep(0.005)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.stop()
        else:
            self.stopping.set()


def assert_once(acknowledged, stored):
    """0 lost, 0 doubled: what was acknowledged is stored, each id once, and nothing else of ours is stored twice."""
    counts = {}
    for event in stored:
        counts[event["messageId"]] = counts.get(event["messageId"], 0) + 1
    lost = [message_id for message_id in acknowledged if message_id not in counts]
    doubled = [message_id for message_id, count in counts.items() if count > 1]
    assert not lost, f"{len(lost)} lost of {len(acknowledged)}: {lost[:5]}"
    assert not doubled, f"{len(doubled)} doubled: {doubled[:5]}"
