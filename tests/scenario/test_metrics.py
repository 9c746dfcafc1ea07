# SPDX-License-Identifier: Apache-2.0
"""/metrics in Prometheus' text format 0.0.4, /healthz and /readyz."""
import re

from harness.load import track

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?\}})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|\+Inf|NaN)$")
KINDS = {"counter", "gauge", "histogram", "summary", "untyped"}


def family(name, kinds):
    """A histogram's samples carry suffixes."""
    for suffix in ("_bucket", "_sum", "_count"):
        base = name.removesuffix(suffix)
        if base != name and kinds.get(base) == "histogram":
            return base
    return name


def parse(text):
    """Checks the form and returns {sample: value} and {name: kind}."""
    assert text.endswith("\n")
    kinds, helps, samples, order = {}, set(), {}, []
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in helps, f"HELP twice: {name}"
            helps.add(name)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in KINDS and name not in kinds, line
            kinds[name] = kind
        else:
            match = SAMPLE.match(line)
            assert match, f"not a sample: {line!r}"
            key = line.rpartition(" ")[0]
            assert key not in samples, f"sample twice: {key}"
            samples[key] = float(match.group(3))
            order.append(family(match.group(1), kinds))
    blocks = [name for i, name in enumerate(order) if i == 0 or order[i - 1] != name]
    assert len(blocks) == len(set(blocks)), "samples of one name do not stand together"
    assert set(blocks) <= set(kinds) == helps
    return samples, kinds


def read(patron):
    answer = patron.api("GET", "/metrics")
    assert answer.status == 200
    assert answer.header("Content-Type").startswith("text/plain; version=0.0.4")
    return parse(answer.text)


def test_well_formed_and_well_named(shared):
    source = shared.source()
    shared.patron.send_ok([track("a")], source["write_key"])
    samples, kinds = read(shared.patron)
    for name, kind in kinds.items():
        assert name.startswith("patron_"), name
        assert (kind == "counter") == name.endswith("_total"), name
    for key, value in samples.items():
        if "_total" in key:
            assert value >= 0


def test_histograms_are_cumulative(shared):
    shared.patron.send_ok([track("h")], shared.source()["write_key"])
    samples, kinds = read(shared.patron)
    histograms = [name for name, kind in kinds.items() if kind == "histogram"]
    assert histograms
    for name in histograms:
        buckets = [value for key, value in samples.items() if key.startswith(f"{name}_bucket{{")]
        assert buckets == sorted(buckets) and len(buckets) > 1
        assert buckets[-1] == samples[f"{name}_count"] and any('le="+Inf"' in key for key in samples)


def test_counters_count(patron):
    key = patron.add_source()["write_key"]
    patron.wait_own(1)
    before, _ = read(patron)
    patron.send_ok([track("a"), track("b"), track("a"), {"type": "track", "userId": "u"}], key)
    patron.send([track("c")], "nosuchkey")
    after, _ = read(patron)

    def rise(name):
        return after[name] - before[name]

    assert rise('patron_events_total{outcome="accepted"}') == 2
    assert rise('patron_events_total{outcome="duplicate"}') == 1
    assert rise('patron_events_total{outcome="quarantined"}') == 1
    assert rise("patron_intake_refused_total") == 1
    assert rise("patron_log_records_total") == 3
    assert rise("patron_log_rounds_total") >= 1
    assert after["patron_log_end_offset"] == 4


def test_counters_never_step_back(patron):
    key = patron.add_source()["write_key"]
    last, kinds = read(patron)
    for i in range(10):
        patron.send_ok([track(f"{i}")], key)
        now, _ = read(patron)
        for name, value in last.items():
            if kinds.get(re.split(r"[{ ]", name)[0]) == "counter":
                assert now[name] >= value, name
        last = now


def test_health_and_readiness_are_public(shared):
    for path in ("/healthz", "/readyz"):
        answer = shared.patron.get(path)
        assert answer.status == 200 and answer.json()["status"]


def test_idle_server_is_idle(patron):
    """Under 1 % of a core with nothing to do."""
    import os  # pylint: disable=import-outside-toplevel
    import time  # pylint: disable=import-outside-toplevel
    patron.send_ok([track("a")], patron.add_source()["write_key"])
    time.sleep(1.5)

    def cpu():
        with open(f"/proc/{patron.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = cpu()
    time.sleep(4)
    assert cpu() - before <= 0.04
