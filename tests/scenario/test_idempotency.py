# SPDX-License-Identifier: Apache-2.0
"""Idempotency-Key: a request that is sent again because its answer was lost happens once."""
import threading

import pytest

KEY = "Idempotency-Key"


def add(patron, name, key, token=None, **more):
    return patron.api("POST", "/api/v1/sources", {"name": name, **more}, token=token, headers={KEY: key})


def names(patron):
    return [source["name"] for source in patron.api("GET", "/api/v1/sources").json()["data"]]


def test_the_same_request_gets_the_same_answer_once(patron):
    first, again = add(patron, "shop", "k1"), add(patron, "shop", "k1")
    assert first.status == again.status == 201
    assert first.json() == again.json()
    assert again.header("Idempotency-Replayed") == "true" and first.header("Idempotency-Replayed") is None
    assert names(patron) == ["shop"]


def test_it_outlives_a_kill(patron):
    first = add(patron, "shop", "k1").json()
    patron.kill9()
    patron.start()
    assert add(patron, "shop", "k1").json() == first
    assert names(patron) == ["shop"]


def test_another_request_under_the_key_is_refused(shared):
    assert add(shared.patron, "one", "k2").status == 201
    answer = add(shared.patron, "two", "k2")
    assert answer.status == 409 and "two" not in names(shared.patron)


def test_another_key_is_another_request(shared):
    assert add(shared.patron, "three", "k3").status == 201
    assert add(shared.patron, "three", "k3b").status == 409  # the name is taken: it was done anew


def test_a_refused_request_may_be_corrected_under_its_key(shared):
    assert add(shared.patron, "", "k4").status == 400
    assert add(shared.patron, "four", "k4").status == 201


def test_callers_do_not_meet_each_others_keys(shared):
    tokens = [shared.patron.add_token("engineer") for _ in range(2)]
    assert add(shared.patron, "five", "k5", token=tokens[0]).status == 201
    assert add(shared.patron, "six", "k5", token=tokens[1]).status == 201
    assert add(shared.patron, "five", "k5", token=tokens[0]).header("Idempotency-Replayed") == "true"


def test_a_secret_is_not_kept(shared):
    first = shared.patron.api("POST", "/api/v1/tokens", {"role": "analyst"}, headers={KEY: "k6"})
    again = shared.patron.api("POST", "/api/v1/tokens", {"role": "analyst"}, headers={KEY: "k6"})
    assert first.status == 201 and again.status == 409
    assert first.json()["token"] not in again.text


@pytest.mark.parametrize("key,status", [("x" * 255, 201), ("x" * 256, 400)])
def test_length(shared, key, status):
    assert add(shared.patron, f"length-{status}", key).status == status


def test_reads_take_no_notice(shared):
    for _ in range(2):
        answer = shared.patron.api("GET", "/api/v1/sources", headers={KEY: "k7"})
        assert answer.status == 200 and answer.header("Idempotency-Replayed") is None


def test_many_at_once_happen_once(shared):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(add(shared.patron, "seven", "k8"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {answer.json()["id"] for answer in answers if answer.status == 201}
    assert len(made) == 1 and all(answer.status in (201, 409) for answer in answers)
    assert names(shared.patron).count("seven") == 1
