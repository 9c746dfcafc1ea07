# SPDX-License-Identifier: Apache-2.0
"""`patron eval mail`: collections of real mail and what others read of them, without a daemon.

Each collection has a form of labels of its own; here they become values as `--values` prints them (decision 17: without offsets and private
reason words). Shares that are under 1 are asserted as they stand, so that none gets worse unseen; docs/mail.md says what is missing.
"""
import datetime
import json
import pathlib

import pytest
from harness.evals import Eval

EVAL = Eval("mail")
BODY = b"From: Ada <ada@example.com>\r\nSubject: Till\r\n\r\nHello\r\n"


def mails(folder):
    return {pathlib.Path(one["file"]).name: one for one in EVAL.values(folder)}


# --- the command ----------------------------------------------------------------------------------


def test_a_folder_is_counted(scratch):
    (scratch / "more").mkdir()
    for name in ("a.eml", "more/b.eml", "no-mail.txt"):
        (scratch / name).write_bytes(BODY)
    result = EVAL.summary(scratch)
    assert (result["mails"], result["cases"], result["natures"]["personal"]) == (2, 0, 2)
    assert [pathlib.Path(one["file"]).name for one in EVAL.values(scratch)] == ["a.eml", "b.eml"]


def test_labels_are_compared_member_by_member(scratch):
    (scratch / "a.eml").write_bytes(BODY)
    (scratch / "reply.txt").write_text("Yes.\n\nOn 1 May 2026, Bo wrote:\n> ok?\n")
    labels = scratch / "labels.jsonl"
    labels.write_text("".join(json.dumps(one) + "\n" for one in (
        {"file": "a.eml", "expect": {"subject": "Till", "from": [{"name": "Ada", "address": "ada@example.com"}]}},
        {"file": "a.eml", "expect": {"subject": "T\u0069ll", "nature": "list"}},
        {"file": str(scratch / "reply.txt"), "expect": {"reply": "Yes."}})))
    result = EVAL.summary("--expect", labels)
    assert (result["cases"], result["matched"], result["mails"], result["texts"]) == (3, 2, 2, 1)
    assert result["metrics"] == {"exact": pytest.approx(2 / 3), "members": pytest.approx(4 / 5)}
    assert result["mismatches"] == [{"file": "a.eml", "member": "nature", "expected": "list", "got": "personal"}]


@pytest.mark.parametrize("line, why", [("{}", "file"), ('{"file": "a.eml"}', "expect"), ('{"file": "a.eml", "expect": 1}', "object"), ("[", "line 1|labels.jsonl:1")])
def test_bad_labels_are_named(scratch, line, why):
    (scratch / "a.eml").write_bytes(BODY)
    labels = scratch / "labels.jsonl"
    labels.write_text(line + "\n")
    said = EVAL.run("--expect", labels, code=1).stderr
    assert "labels.jsonl:1" in said and any(part in said for part in why.split("|"))


def test_what_is_not_there_is_named(scratch):
    assert "nowhere" in EVAL.run(scratch / "nowhere", code=1).stderr
    assert "give a folder" in EVAL.run(code=1).stderr


# --- MIME: every header, body and file --------------------------------------------------------------


def attribute(value, name):
    for one in (value.get("ContentType") or {}).get("attributes") or [] if isinstance(value, dict) else []:
        if one["name"] == name:
            return one["value"]
    return ""


def addresses(value):
    found = value.get("Address", {}) if isinstance(value, dict) else {}
    every = found.get("List", []) + [one for group in found.get("Group", []) for one in group["addresses"]]
    return [{"name": one["name"] or "", "address": one["address"] or ""} for one in every]


def instant(value):
    date = value["DateTime"]
    offset = (date["tz_hour"] * 60 + date["tz_minute"]) * (-1 if date["tz_before_gmt"] else 1)
    at = datetime.datetime(*(date[part] for part in ("year", "month", "day", "hour", "minute", "second")), tzinfo=datetime.timezone.utc)
    return int((at - datetime.timedelta(minutes=offset)).timestamp() * 1000)


def file_of(part):
    headers = {one["name"]: one["value"] for one in part["headers"] if isinstance(one["name"], str)}
    content, kind = headers.get("content_type"), next(iter(part["body"])) if isinstance(part["body"], dict) else ""
    plain = "message/rfc822" if kind == "Message" else "text/plain"
    form = content["ContentType"] if isinstance(content, dict) and "ContentType" in content else None
    name = attribute(headers.get("content_disposition"), "filename") or attribute(content, "name")
    return (name.replace("\\", "/").rpartition("/")[2], f"{form['c_type']}/{form['c_subtype'] or ''}".lower() if form else plain)


def labels_of(path):
    tree = json.loads(path.with_suffix(".json").read_text())
    parts, expect = tree["parts"], {}
    for header in parts[0]["headers"]:
        name, value = header["name"], header["value"]
        if name in ("from", "to", "cc", "reply_to"):
            expect[name] = addresses(value)
        elif name in ("subject", "message_id"):
            expect[name] = value.get("Text", "") if isinstance(value, dict) else ""
        elif name == "date" and isinstance(value, dict) and "DateTime" in value:
            expect["date_ms"] = instant(value)
    for member, places, kind in (("text", tree["text_body"], "Text"), ("html", tree["html_body"], "Html")):
        found = [parts[i]["body"][kind] for i in places if isinstance(parts[i]["body"], dict) and kind in parts[i]["body"]]
        if found:
            expect[member] = "".join(found)
    expect["files"] = sorted(file_of(parts[i]) for i in tree["attachments"])
    return expect


def comparable(member, value):
    if member in ("text", "html"):
        return "".join((value or "").split())
    if member == "files":
        return sorted((one["name"], one["type"]) if isinstance(one, dict) else one for one in value)
    return value


def test_mime_is_read_as_another_parser_reads_it(data_file):
    """Labels that hold U+FFFD, where the other parser gave up, are not compared."""
    wrong, members = [], 0
    for folder in ("rfc", "legacy"):
        root = data_file(f"mail/stalwart/{folder}")
        for name, value in mails(root).items():
            for member, expect in labels_of(root / name).items():
                if "\ufffd" not in json.dumps(expect, ensure_ascii=False):
                    members += 1
                    if comparable(member, value.get(member)) != comparable(member, expect):
                        wrong.append((name, member))
    # ten names are UTF-8 within an encoded word that says ISO 8859-1
    assert members > 420 and len(wrong) <= 10 and {member for _, member in wrong} <= {"to"}, wrong


# --- bounces --------------------------------------------------------------------------------------


def own_code(status):
    """Codes that the labels made up where the mail has none."""
    return status == "" or (status.split(".")[1] == "0" and len(status.split(".")[2]) == 3)


def test_bounces(data_file):
    expected = json.loads(data_file("mail/sisimai/expected.json").read_text())["expected"]
    values = mails(data_file("mail/sisimai/bsd"))
    right = {"nature": [], "count": [], "status": [], "hard": []}
    for name, labels in expected.items():
        value, reasons = values[name], {one["reason"] for one in labels}
        nature = {"feedback": "complaint", "vacation": "auto_reply"}.get(next(iter(reasons)), "bounce")
        if reasons == {"delivered"}:
            continue
        right["nature"].append(value["nature"] == nature)
        if nature == "bounce":
            bounces = value["bounces"]
            right["count"].append(len(bounces) == len(labels))
            right["status"].append(all(own_code(one["status"]) or any(one["status"] == b["status"] for b in bounces) for one in labels))
            # "filtered" is a guess of theirs from the stage at which a server refused
            if "filtered" not in reasons:
                right["hard"].append(sorted(one["hardbounce"] for one in labels) == sorted(b["hard"] for b in bounces))
    shares = {name: round(sum(all_) / len(all_), 3) for name, all_ in right.items()}
    assert len(right["count"]) > 550
    assert shares["nature"] >= 0.984 and shares["count"] >= 0.955 and shares["status"] >= 0.955 and shares["hard"] >= 0.895, shares


# --- replies --------------------------------------------------------------------------------------


def test_replies_are_cut_as_labelled(data_file, scratch):
    root = data_file("mail/email_reply_trimmer")
    names = sorted(path.name for path in (root / "emails").iterdir())
    labels = scratch / "labels.jsonl"
    labels.write_text("".join(json.dumps({"file": str(root / "emails" / name), "expect": {"reply": (root / "trimmed" / name).read_text().rstrip().lstrip("\n")}}) + "\n"
                              for name in names))
    result = EVAL.summary("--expect", labels)
    assert (result["cases"], result["matched"]) == (64, 62), result["mismatches"]


def test_long_replies_take_no_time(data_file, scratch):
    """767 KB of quotes, and a text that was made to take long."""
    labels = scratch / "labels.jsonl"
    root = data_file("mail/email_reply_parser/emails")
    labels.write_text("".join(json.dumps({"file": str(path), "expect": {}}) + "\n" for path in sorted(root.iterdir())))
    assert EVAL.summary("--expect", labels)["texts"] == 22


# --- what is broken -------------------------------------------------------------------------------


@pytest.mark.parametrize("folder, least", [("mikel-mail", 100), ("freescout", 8), ("chatwoot", 5), ("discourse", 8), ("glpi", 10), ("talon", 10)])
def test_broken_mails_are_read(data_file, folder, least):
    result = EVAL.summary(data_file(f"mail/{folder}"))
    assert result["mails"] >= least and result["cut"] == 0
