# SPDX-License-Identifier: Apache-2.0
"""What docs/analytics.md says of a question, done the plain way over what the log exports: each person's events as a
list, by (time, position). Nothing of it is fast, and nothing of it is shared with the daemon."""
import bisect
import collections
import dataclasses
import datetime
import math
import zoneinfo

MINUTE, QUARTER, HOUR, DAY = 60_000, 900_000, 3_600_000, 86_400_000


def ms(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def text_of(at_ms):
    return datetime.datetime.fromtimestamp(at_ms / 1000, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def at(tree, path):
    """The scalar at a dotted path; None where there is none."""
    for name in path.split("."):
        tree = tree.get(name) if isinstance(tree, dict) else None
    return None if isinstance(tree, dict | list) else tree


@dataclasses.dataclass
class Row:
    time: int
    position: int
    person: str | None
    type: str
    name: str
    properties: dict
    context: dict
    source: str
    fields: dict  # beside those of every event

    def order(self):
        return self.time, self.position

    def code(self):
        return self.type, self.name

    def read(self, what):
        """A value as conditions and breakdowns read it."""
        if "property" in what:
            return at(self.properties, what["property"])
        if "context" in what:
            return at(self.context, what["context"])
        return {"event": self.name, "type": self.type, "source": self.source, "timestamp": self.time, **self.fields}[what["field"]]


def row_of(record):
    """A row of an exported record. What is left of an erased one is nobody's, and has no properties."""
    inside, properties, context = record["_patron"], record.get("properties") or {}, record.get("context") or {}
    erased = "erased" in inside["flags"]
    fields = {"channel": properties.get("channel") if erased else context.get("channel"), "store": properties.get("store_id"),
              "currency": properties.get("currency"), "amount": next((properties[key] for key in ("total", "revenue", "value") if key in properties), None)}
    return Row(ms(record["timestamp"]), inside["position"], None if erased else record["profile_id"], record["type"],
               record.get("event") or record.get("name") or "", {} if erased else properties, {} if erased else context, inside["source_id"], fields)


# --- Conditions ---------------------------------------------------------------------------------------------------


def fold(value):
    return value.lower() if isinstance(value, str) else value


def same(a, b):
    return isinstance(a, str) == isinstance(b, str) and isinstance(a, bool) == isinstance(b, bool) and fold(a) == fold(b)


def number(value):
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


COMPARED = {
    "equals": same,
    "one_of": lambda value, wanted: any(same(value, one) for one in wanted),
    "contains": lambda value, wanted: isinstance(value, str) and wanted in value,
    "begins_with": lambda value, wanted: isinstance(value, str) and value.startswith(wanted),
    "less": lambda value, wanted: number(value) is not None and number(value) < wanted,
    "at_most": lambda value, wanted: number(value) is not None and number(value) <= wanted,
    "more": lambda value, wanted: number(value) is not None and number(value) > wanted,
    "at_least": lambda value, wanted: number(value) is not None and number(value) >= wanted,
    "between": lambda value, wanted: number(value) is not None and wanted[0] <= number(value) <= wanted[1],
    "true": lambda value, _: value is True,
    "false": lambda value, _: value is False,
    "exists": lambda value, _: True,
}
NEGATED = {"not_equals": "equals", "none_of": "one_of", "not_contains": "contains", "absent": "exists"}


def holds(condition, row):
    if condition is None:
        return True
    if "all" in condition:
        return all(holds(one, row) for one in condition["all"])
    if "any" in condition:
        return any(holds(one, row) for one in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], row)
    return fits(condition, row.read(condition))


def fits(condition, value):
    """Whether a value does what a comparison says."""
    kind = condition["is"]
    if kind in NEGATED:
        return not fits({**condition, "is": NEGATED[kind]}, value)
    return value is not None and COMPARED[kind](value, condition.get("value"))


def is_of(events, row):
    """Whether a row is of an event set."""
    names = events.get("event")
    names = [names] if isinstance(names, str) else names
    return (names is None or row.name in names) and holds(events.get("where"), row)


# --- Time -----------------------------------------------------------------------------------------------------------


def begin(day, zone):
    """The first instant at which the wall clock reads this day or later."""
    return round(datetime.datetime.combine(day, datetime.time(), zone).timestamp() * 1000)


def month_behind(day, months):
    index = day.year * 12 + day.month - 1 + months
    return datetime.date(index // 12, index % 12 + 1, 1)


def first_day(unit, day):
    return {"day": day, "week": day - datetime.timedelta(days=day.weekday()), "month": day.replace(day=1)}[unit]


def day_behind(unit, day, count):
    return month_behind(day, count) if unit == "month" else day + datetime.timedelta(days=count * (7 if unit == "week" else 1))


def civil_day(at_ms, zone):
    return datetime.datetime.fromtimestamp(at_ms / 1000, zone).date()


def wall(at_ms, zone):
    """What the wall clock reads, as if it were UTC."""
    return at_ms + round(datetime.datetime.fromtimestamp(at_ms / 1000, zone).utcoffset().total_seconds() * 1000)


def begins_hour(at_ms, zone):
    """The wall clock comes to a full hour, or jumps into another one. (Where it goes back by half an hour, one is longer.)"""
    now = wall(at_ms, zone)
    return now % HOUR == 0 or now // HOUR != wall(at_ms - 1, zone) // HOUR


def hour_begin(at_ms, zone):
    """Clocks here change at quarters of an hour."""
    quarter = at_ms - at_ms % QUARTER
    while not begins_hour(quarter, zone):
        quarter -= QUARTER
    return quarter


def next_hour(at_ms, zone):
    quarter = at_ms - at_ms % QUARTER + QUARTER
    while not begins_hour(quarter, zone):
        quarter += QUARTER
    return quarter


def span(query, now_ms):
    """[from, to) of a query; now is inside."""
    zone, range_ = zoneinfo.ZoneInfo(query.get("zone", "UTC")), query.get("range", {"last": {"days": 30}})
    if "last" in range_:
        (units, count), = range_["last"].items()
        if units == "hours":
            return hour_begin(now_ms, zone) - (count - 1) * HOUR, now_ms + 1
        first = first_day(units[:-1], civil_day(now_ms, zone))
        return begin(day_behind(units[:-1], first, 1 - count), zone), now_ms + 1

    def end(text, days):
        if len(text) == 10:
            return begin(datetime.date.fromisoformat(text) + datetime.timedelta(days=days), zone)
        return ms(text)
    return end(range_["from"], 0), end(range_["to"], 1)


def edges(unit, from_ms, to_ms, zone):
    """Begins of the periods, and the end of the last."""
    if unit == "whole":
        return [from_ms, to_ms]
    found, next_ = [from_ms], from_ms
    while next_ < to_ms:
        if unit == "hour":
            next_ = next_hour(next_, zone)
        else:
            next_ = begin(day_behind(unit, first_day(unit, civil_day(next_, zone)), 1), zone)
        found.append(min(next_, to_ms))
    return found


def share(sorted_values, q):
    """The value at rank ceil(q * n), from 1."""
    return sorted_values[max(1, math.ceil(q * len(sorted_values))) - 1]


def value_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return value


# --- Rules over a person ----------------------------------------------------------------------------------------------


def attempts(rows, steps):
    """Whether some rows fit the steps of a sequence, one after the other, each within its time of the one before."""
    latest = [None] * len(steps)  # the latest row that ends a chain up to step i
    for row in rows:
        for i in reversed(range(len(steps))):
            if not is_of(steps[i], row):
                continue
            if i == 0:
                latest[0] = row.time
            elif latest[i - 1] is not None and row.time - latest[i - 1] < within_ms(steps[i]):
                latest[i] = row.time
    return latest[-1] is not None


def within_ms(step):
    return duration(step["within"]) if "within" in step else math.inf


def duration(spec):
    return round(datetime.timedelta(**spec).total_seconds() * 1000)


def is_meant(who, rows, traits):
    """Whether a rule over a person holds, by their rows up to now."""
    if "all" in who:
        return all(is_meant(one, rows, traits) for one in who["all"])
    if "any" in who:
        return any(is_meant(one, rows, traits) for one in who["any"])
    if "not" in who:
        return not is_meant(who["not"], rows, traits)
    if "trait" in who:
        return fits(who, traits.get(who["trait"]))
    if "sequence" in who:
        return attempts(rows, who["sequence"])
    count = sum(is_of(who.get("did") or who["absent"], row) for row in rows)
    if "absent" in who:
        return count == 0
    times = who.get("times", {"at_least": 1})
    return times.get("at_least", 0) <= count <= times.get("at_most", math.inf) and count == times.get("exactly", count)


# --- Questions ----------------------------------------------------------------------------------------------------------


class Histories:
    """Answers of one log: Histories(records, traits, now_ms).answer(query) gives the members that are figures, and the
    people behind each cell as (cell, ids). traits: by person, name and value."""

    def __init__(self, records, traits, now_ms):
        self.rows = sorted(map(row_of, records), key=Row.order)
        self.traits = traits
        self.now_ms = now_ms

    def answer(self, query):
        asked = Question(self, query)
        figures, cells = getattr(asked, query["kind"])()
        figures["people"] = len(asked.seen)
        return figures, cells


class Question:
    def __init__(self, histories, query):
        self.query = query
        self.zone = zoneinfo.ZoneInfo(query.get("zone", "UTC"))
        self.from_ms, self.to_ms = span(query, histories.now_ms)
        self.rows = [row for row in histories.rows if self.from_ms <= row.time < self.to_ms and holds(query.get("where"), row)]
        if "who" in query:
            until = min(self.to_ms, histories.now_ms + 1)
            past = collections.defaultdict(list)
            for row in histories.rows:
                if row.person and row.time < until:
                    past[row.person].append(row)
            meant = {person for person, rows in past.items() if is_meant(query["who"], rows, histories.traits.get(person, {}))}
            self.rows = [row for row in self.rows if row.person in meant]
        self.persons = collections.defaultdict(list)
        for row in self.rows:
            if row.person:
                self.persons[row.person].append(row)
        self.seen = set()

    # --- what several kinds have in common

    def see(self, *sets):
        self.seen |= {row.person for row in self.rows if row.person and any(is_of(one, row) for one in sets)}

    def periods(self, unit):
        self.edges = edges(self.query.get("unit", unit), self.from_ms, self.to_ms, self.zone)
        return [text_of(one) for one in self.edges[:-1]]

    def period_of(self, row):
        return bisect.bisect_right(self.edges, row.time) - 1

    def value_of(self, row):
        return value_text(row.read(self.query["breakdown"])) or None if "breakdown" in self.query else None

    def heaviest(self, weights):
        """(values in the order of the answer, how many are left)."""
        values = sorted(weights, key=lambda value: (-weights[value], (value or "").encode()))
        if "breakdown" not in self.query:
            return [None], {}
        kept = values[:self.query.get("limit", 10)]
        return kept, {"values_left": len(values) - len(kept)}

    # --- segmentation

    def segmentation(self):
        query, periods = self.query, self.periods("day")
        series = query["series"]
        self.see(*series)
        weights, table, people = collections.Counter(), collections.defaultdict(list), collections.defaultdict(set)
        for row in self.rows:
            for i, one in enumerate(series):
                if not is_of(one, row):
                    continue
                value = self.value_of(row)
                weights[value] += 1
                key = value, i, self.period_of(row)
                people[key] |= {row.person} - {None}
                counted = number(row.read(one["of"])) if one.get("measure", "total") not in ("total", "uniques") else 0.0
                if counted is not None:
                    table[key].append(counted)
                elif key not in table:
                    table[key] = []
        values, left = self.heaviest(weights)
        data, cells = [], []
        for v, value in enumerate(values):
            found = []
            for i, one in enumerate(series):
                keys = [(value, i, p) for p in range(len(periods))]
                found.append({"values": [measured(one, table.get(key, []), people[key]) for key in keys],
                              "n": [len(people[key]) if one.get("measure") == "uniques" else len(table.get(key, [])) for key in keys]})
                if one.get("measure", "total") in ("total", "uniques"):
                    cells += [({"value": v, "series": i, "period": p}, people[value, i, p]) for p in range(len(periods))]
            for formula in query.get("formulae", []):
                found.append({"values": [computed(formula["formula"], [one["values"][p] for one in found[:len(series)]]) for p in range(len(periods))]})
            data.append({"value": value, "series": found})
        return {"periods": periods, "data": data, **left}, cells

    # --- funnel

    def funnel(self):
        query = self.query
        steps = query["steps"]
        self.see(*steps, *query.get("exclude", []))
        best = {}
        for person, rows in self.persons.items():
            found = [taken for i in range(len(rows)) if (taken := self.attempt(rows, i))]
            if found:
                best[person] = max(found, key=len)  # the first of the longest
        weights = collections.Counter(self.value_of(taken[0]) for taken in best.values())
        values, left = self.heaviest(weights)
        data, cells = [], []
        for v, value in enumerate(values):
            chains = {person: taken for person, taken in best.items() if self.value_of(taken[0]) == value}
            before = None
            rows = []
            for i, step in enumerate(steps):
                came = {person for person, taken in chains.items() if len(taken) > i}
                times = sorted(chains[person][i].time - chains[person][i - 1].time for person in came) if i else []
                rows.append({"people": len(came), "mean_s": sum(times) / len(times) / 1000 if times else None,
                             "median_s": share(times, 0.5) / 1000 if times else None})
                cells.append(({"value": v, "step": i + 1}, came))
                if i:
                    cells.append(({"value": v, "step": i + 1, "dropped": True}, before - came))
                before = came
            data.append({"value": value, "steps": rows})
        return {"data": data, **left}, cells

    def attempt(self, rows, start):
        """The rows taken by the attempt that begins at rows[start]; none where it begins none."""
        query, steps = self.query, self.query["steps"]
        order, window = query.get("order", "ordered"), duration(query.get("window", {"days": 7}))
        marks = (lambda row: row.read(query["same"])) if "same" in query else None
        first = rows[start]
        fits = [i for i, step in enumerate(steps) if is_of(step, first)]
        if not fits or (order != "any" and 0 not in fits) or (marks and marks(first) is None):
            return []
        taken, open_ = [first], set(range(len(steps))) - {fits[0] if order == "any" else 0}
        for row in rows[start + 1:]:
            if not open_ or row.time >= first.time + window:
                break
            of = [i for i, step in enumerate(steps) if is_of(step, row)]
            alike = not marks or (marks(row) is not None and value_text(marks(row)) == value_text(marks(first)))
            sought = [i for i in of if i in open_] if order == "any" else [i for i in of if i == len(taken)]
            if sought and alike:
                taken.append(row)
                open_.discard(sought[0])
            elif order == "strict" and of or self.is_excluded(row, len(taken)):
                break
        return taken

    def is_excluded(self, row, taken):
        return any(is_of(one, row) and one.get("after", taken) == taken for one in self.query.get("exclude", []))

    # --- retention

    def retention(self):
        query, periods = self.query, self.periods("week")
        self.see(query["begin"], query["again"])
        brackets = query.get("brackets")
        cohorts = collections.defaultdict(dict)  # (value, cohort): {person: set of indices}
        weights = collections.Counter()
        for person, rows in self.persons.items():
            begins = [row for row in rows if is_of(query["begin"], row)]
            firsts = {}
            for row in begins:
                firsts.setdefault(self.period_of(row), row)
            if not query.get("recurring", False):
                firsts = dict(list(firsts.items())[:1])
            for cohort, first in firsts.items():
                came = {self.period_of(row) - cohort for row in rows if is_of(query["again"], row) and row.order() > first.order()}
                value = self.value_of(first)
                weights[value] += 1
                cohorts[value, cohort][person] = self.indices(came, len(periods) - cohort, brackets)
        values, left = self.heaviest(weights)
        data, cells = [], []
        for v, value in enumerate(values):
            found = []
            for cohort in range(len(periods)):
                members = cohorts.get((value, cohort), {})
                width = len(brackets) - 1 if brackets else len(periods) - cohort
                back = [{person for person, came in members.items() if k in came} for k in range(width)]
                found.append({"period": cohort, "people": len(members), "back": [len(one) for one in back]})
                cells.append(({"value": v, "cohort": cohort}, set(members)))
                cells += [({"value": v, "cohort": cohort, "back": k}, one) for k, one in enumerate(back)]
            data.append({"value": value, "cohorts": found})
        return {"periods": periods, "brackets": brackets, "data": data, **left}, cells

    def indices(self, came, width, brackets):
        beyond = self.query.get("way", "on") == "beyond"
        spans = list(zip(brackets, brackets[1:])) if brackets else [(k, k + 1) for k in range(width)]
        return {i for i, (low, high) in enumerate(spans) if any(low <= k and (beyond or k < high) for k in came)}

    # --- paths

    def visits(self, rows, gap):
        """Rows cut where more than gap lies between two."""
        visit = []
        for row in rows:
            if visit and row.time - visit[-1].time > gap:
                yield visit
                visit = []
            visit.append(row)
        if visit:
            yield visit

    def paths(self):
        query = self.query
        nodes, depth = query.get("nodes", {}), query.get("depth", 5)
        backwards = "to" in query
        anchor = query["to" if backwards else "from"]
        self.see(nodes, anchor)
        count, total, people = collections.Counter(), 0, collections.defaultdict(set)
        for person, rows in self.persons.items():
            for visit in self.visits([row for row in rows if is_of(nodes, row)], duration(query.get("gap", {"minutes": 30}))):
                walk = visit[::-1] if backwards else visit
                start = next((i for i, row in enumerate(walk) if is_of(anchor, row)), None)
                if start is None:
                    continue
                codes = [row.code() for row in walk[start:]]
                if query.get("fold", True):
                    codes = [code for i, code in enumerate(codes) if i == 0 or code != codes[i - 1]]
                codes = codes[:depth] + [None] * (len(codes) < depth)
                total += 1
                for i in range(1, len(codes)):
                    count[i, codes[i - 1], codes[i]] += 1
                    people[i, codes[i - 1], codes[i]].add(person)
        return {"edges": dict(count), "paths": total}, [(key, people[key]) for key in count]

    # --- stickiness, lifecycle, sessions

    def active(self, unit):
        of = self.query.get("of", {})
        self.see(of)
        periods = self.periods(unit)
        mine = {person: sorted({self.period_of(row) for row in rows if is_of(of, row)}) for person, rows in self.persons.items()}
        return periods, {person: found for person, found in mine.items() if found}

    def stickiness(self):
        periods, active = self.active("day")
        groups = [{person for person, found in active.items() if len(found) == k} for k in range(1, len(periods) + 1)]
        return ({"periods": periods, "data": [{"periods": k + 1, "people": len(group)} for k, group in enumerate(groups)]},
                [({"row": k}, group) for k, group in enumerate(groups)])

    def lifecycle(self):
        periods, active = self.active("week")
        data, cells = [], []
        for p in range(len(periods)):
            stages = {"new": set(), "returning": set(), "resurrecting": set(), "dormant": set()}
            for person, found in active.items():
                if p in found:
                    stage = "new" if found[0] == p else "returning" if p - 1 in found else "resurrecting"
                elif p - 1 in found:
                    stage = "dormant"
                else:
                    continue
                stages[stage].add(person)
            data.append({stage: len(group) for stage, group in stages.items()})
            cells += [({"period": p, "state": stage}, group) for stage, group in stages.items()]
        return {"periods": periods, "data": data}, cells

    def sessions(self):
        of = self.query.get("of", {})
        self.see(of)
        periods = self.periods("day")
        found = collections.defaultdict(list)
        for person, rows in self.persons.items():
            for visit in self.visits([row for row in rows if is_of(of, row)], duration(self.query.get("gap", {"minutes": 30}))):
                found[self.period_of(visit[0])].append((visit[-1].time - visit[0].time, len(visit), person))
        data = []
        for p in range(len(periods)):
            visits = sorted(found[p])
            lengths = [length for length, _, _ in visits]
            data.append({"sessions": len(visits), "people": len({person for *_, person in visits}),
                         "median_s": share(lengths, 0.5) / 1000 if visits else None,
                         "mean_s": sum(lengths) / len(lengths) / 1000 if visits else None,
                         "mean_events": sum(n for _, n, _ in visits) / len(visits) if visits else None})
        return {"periods": periods, "data": data}, [({"period": p}, {person for *_, person in found[p]}) for p in range(len(periods))]


def measured(series, values, people):
    kind = series.get("measure", "total")
    if kind == "uniques":
        return len(people)
    if kind == "total":
        return len(values)
    if kind == "sum":
        return sum(values)
    if not values:
        return None
    return {"average": lambda: sum(values) / len(values), "least": lambda: min(values), "most": lambda: max(values),
            "quantile": lambda: share(sorted(values), series["q"])}[kind]()


def computed(formula, values):
    """A formula over series by letter; None where a part is, or at a division by nothing."""
    names = {chr(ord("A") + i): value for i, value in enumerate(values)}
    used = [names[letter] for letter in formula if letter.isalpha()]
    if any(value is None for value in used):
        return None
    try:
        return eval(formula, {"__builtins__": {}}, names)  # the test's own text
    except ZeroDivisionError:
        return None
