#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our verdicts on requests with those of PyPI h11 and of libhttp-parser.

usage: parse_diff_test.py VERDICT_EXE PEER_EXE DIFFERENCES.md [--count N] [--seed S] [--list]
Exit 0: every difference is listed with its argument; 1: an unlisted one (printed with its input);
77: h11 is not installed. --list prints the rows seen. Half of the inputs are the same every time,
half come from a fresh seed.
"""
import argparse
import random
import re
import struct
import subprocess
import sys

try:
    import h11
except ImportError:
    print("PyPI h11 is not installed: skipped")
    sys.exit(77)

METHODS = [b"GET", b"POST", b"PUT", b"OPTIONS", b"HEAD", b"DELETE", b"PATCH"]
TARGETS = [b"/", b"/a?b=c", b"/v1/track", b"/%20x", b"http://a/x", b"http://b/", b"*", b"a", b"//x", b"/a#b", b"/\x80",
           b"/\"<>", b"/a b", b"", b"/\x00", b"/" + b"x" * 200]
VERSIONS = [b"HTTP/1.1"] * 12 + [b"HTTP/1.0"] * 3 + [b"HTTP/1.2", b"HTTP/2.0", b"HTTP/0.9", b"http/1.1", b"HTTP/1.10",
                                                    b"HTTP/1", b"HTTP/1.1 ", b"HTTQ/1.1", b""]
SAFE = [b"Accept: */*", b"User-Agent: x/1 (y)", b"X-Empty:", b"X-Tab:\ta\t", b"Cookie: a=b; c=d", b"X-High: \xff\xe4"]
ODD = [b"X : a", b"X\t: a", b": a", b"X", b" X: a", b"X: a\r\n b", b"X: a\r\n\tb", b"X: a\rb", b"X: a\x00b", b"X: a\x07b",
       b"X: a\x7fb", b"X\x00: a", b"X(: a", b"X\xff: a", b"X: a\nY: b", b"Host: b", b"Host: a b", b"Host: a/b", b"\x0bX: a",
       b"Upgrade: h2c", b"Connection: upgrade\r\nUpgrade: websocket", b"Proxy-Connection: close", b"Trailer: X"]
CONNECTION = [b"Connection: close", b"Connection: keep-alive", b"Connection: Close, x", b"connection: x , keep-alive",
              b"Connection:", b"Connection: closed"]
LENGTHS = [b"Content-Length: %d", b"content-length:%d", b"Content-Length: 0%d", b"Content-Length: +%d", b"Content-Length: -%d",
           b"Content-Length: %d, %d", b"Content-Length: 0x%d", b"Content-Length: %d ", b"Content-Length : %d",
           b"Content-Length:\x0b%d", b"Content-Length: %d\x00", b"Content-Length: %d a", b"Content-Length: 9999999999999999999%d",
           b"Content-Length: ", b"Content_Length: %d"]
CODINGS = [b"Transfer-Encoding: chunked", b"transfer-encoding:CHUNKED", b"Transfer-Encoding: xchunked",
           b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip, chunked",
           b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding:\x0bchunked", b"Transfer-Encoding: \x00chunked",
           b"Transfer-Encoding : chunked", b"Transfer-Encoding\t:chunked", b"X: X\nTransfer-Encoding: chunked",
           b"Transfer-Encoding:\tchunked", b"Transfer-Encoding: \"chunked\"", b"Transfer-Encoding: chunked;q=1",
           b"Transfer-Encoding:", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
           b"Transfer-Encoding: chunked\r\nTransfer-encoding: x", b"Transfer-Encoding: ,chunked", b"Transfer_Encoding: chunked"]
SIZES = [b"%x"] * 8 + [b"0%x", b"0x%x", b"+%x", b"-%x", b" %x", b"%x ", b"%x\t", b"%xg", b"%X", b"ffffffffffffffff%x",
                       b"000000000000000000%x", b""]
EXTENSIONS = [b""] * 8 + [b";a=b", b";a=\"b;c\"", b" ;a", b"; a", b";\x00", b";a\rb", b";a\nb", b";" + b"e" * 300, b";\xff"]
ENDS = [b"\r\n"] * 20 + [b"\n", b"\r", b"\r\r\n", b" \r\n", b""]


def chunked(r: random.Random) -> bytes:
    out = b""
    for _ in range(r.randrange(4)):
        data = bytes(r.choice(b"ab0\r\n;GET ") for _ in range(r.randrange(1, 20)))
        size = r.choice(SIZES)
        size = size % (len(data) + (r.random() < 0.05)) if b"%" in size else size
        out += size + r.choice(EXTENSIONS) + r.choice(ENDS) + data + r.choice(ENDS)
    out += r.choice([b"0"] * 8 + [b"00", b"0;x", b"0 ", b""]) + r.choice(ENDS)
    for _ in range(r.choice([0, 0, 0, 1, 2])):
        out += r.choice(SAFE + ODD) + r.choice(ENDS)
    return out + r.choice(ENDS)


def request(r: random.Random) -> bytes:
    calm = r.random() < 0.85  # most inputs carry one oddity, not ten
    pick = (lambda xs: xs[0] if r.random() < 0.9 else r.choice(xs)) if calm else r.choice
    end = (lambda: b"\r\n" if r.random() < 0.98 else r.choice(ENDS)) if calm else (lambda: r.choice(ENDS))
    space = b" " if r.random() < 0.98 else r.choice([b"  ", b"\t", b"", b"\x0b"])
    fields = [pick([b"Host: a"] * 4 + [b"host:a", b"Host: a:80", b"Host:", b"Host: A", b""])]
    fields += [r.choice(SAFE) for _ in range(r.randrange(3))]
    if r.random() < 0.15:
        fields.append(r.choice(ODD))
    if r.random() < 0.15:
        fields.append(r.choice(CONNECTION))
    body = b""
    kind = r.random()
    if kind < 0.35:
        body = bytes(r.choice(b"ab\r\n") for _ in range(r.randrange(12)))
        text = pick(LENGTHS)
        n = len(body) + (r.random() < 0.05)
        fields.append(text % ((n,) * text.count(b"%d")))
    elif kind < 0.7:
        body = chunked(r)
        fields.append(pick(CODINGS))
    if r.random() < 0.05:
        fields.append(r.choice(LENGTHS[:3]) % len(body))
    if r.random() < 0.05:
        fields.append(r.choice(CODINGS))
    r.shuffle(fields)
    head = r.choice(METHODS) + space + pick(TARGETS) + space + pick(VERSIONS) + end()
    for field in fields:
        if field:
            head += field + end()
    return (b"\r\n" if r.random() < 0.03 else b"") + head + end() + body


def mutate(r: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(r.choice([0, 0, 0, 0, 0, 0, 1, 2])):
        at = r.randrange(len(out) + 1)
        what = r.randrange(3)
        if what == 0 and at < len(out):
            out[at] = r.choice([0, 9, 10, 11, 13, 32, 58, 127, 128, 255, r.randrange(256)])
        elif what == 1 and at < len(out):
            del out[at]
        else:
            out.insert(at, r.choice(b"\r\n\t :;,\x00"))
    return bytes(out) if r.random() > 0.03 else bytes(out[:r.randrange(len(out) + 1)])


def inputs(r: random.Random, count: int) -> list[bytes]:
    return [mutate(r, b"".join(request(r) for _ in range(r.choice([1, 1, 2, 3])))) for _ in range(count)]


def ask(exe: str, texts: list[bytes]) -> list[str]:
    data = b"".join(struct.pack("<I", len(t)) + t for t in texts)
    done = subprocess.run([exe], input=data, stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode("latin-1").split("\n")
    return lines[:len(texts)]


def h11_verdict(text: bytes) -> str:
    conn = h11.Connection(h11.SERVER)
    out, current, body = "", None, b""
    if not text:
        return "END"  # receive_data(b"") would mean the end of the connection
    try:
        conn.receive_data(text)
        while True:
            event = conn.next_event()
            if event is h11.NEED_DATA:
                idle = current is None and not conn.trailing_data[0].strip(b"\r\n")
                return out + ("END" if idle else "MORE")
            if event is h11.PAUSED:
                return out + "UPGRADE"
            if isinstance(event, h11.Request):
                current, body = event, b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                out += f"R {current.method.decode('latin-1')} {current.target.decode('latin-1')} {body.hex()};"
                current = None
                conn.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
                conn.send(h11.EndOfMessage())
                if conn.our_state is not h11.DONE or conn.their_state is not h11.DONE:
                    return out + "CLOSE"
                conn.start_next_cycle()
    except h11.RemoteProtocolError as e:
        return out + "ERR 400 " + str(e)


def split(verdict: str) -> tuple[str, str]:
    at = verdict.rfind(";") + 1
    for word in ("ERR ", "END", "MORE", "CLOSE", "UPGRADE"):
        hit = verdict.find(word, at if word != "ERR " else 0)
        if word == "ERR ":
            hit = next((m.start() for m in re.finditer(r"(?:^|;)ERR \d{3} ", verdict)), -1)
            hit += hit >= 0 and verdict[hit] == ";"
        if hit >= 0:
            return verdict[:hit], verdict[hit:]
    return verdict, ""


def normal(text: str) -> str:
    """A peer's reason without the input's own bytes and numbers."""
    return re.sub(r"(bytearray\()?b?['\"].*|\d+", "", text.removeprefix("ERR 400 ")).strip(" :(")


def compare(peer: str, ours: str, theirs: str, ours_completed: list[str]) -> str | None:
    """None when the verdicts agree, else the row that must be listed."""
    (our_reqs, our_end), (their_reqs, their_end) = split(ours), split(theirs)
    if our_reqs == their_reqs and (our_end[:3] == their_end[:3]):
        return None
    if our_end.startswith("ERR") and their_reqs.startswith(our_reqs):
        return f"{peer} | refused here | {our_end[8:]}"
    if their_end.startswith("ERR") and our_reqs.startswith(their_reqs):
        for completed in ours_completed:  # they saw it before the head was whole: we would, too
            reqs, end = split(completed)
            if reqs == their_reqs and end.startswith("ERR"):
                return None
        return f"{peer} | refused there | {normal(their_end)}"
    if their_end == "UPGRADE":
        return f"{peer} | read differently | upgrade"
    if their_end == "CLOSE" and our_reqs.startswith(their_reqs):
        return f"{peer} | read differently | closes first"
    if our_end == "CLOSE" and their_reqs.startswith(our_reqs):
        return f"{peer} | read differently | we close first"
    if our_end == "MORE":  # what they took for the end of a head is none here
        for completed in ours_completed:
            reqs, end = split(completed)
            if reqs == our_reqs and end.startswith("ERR"):
                return f"{peer} | refused here | {end[8:]}"
    return f"{peer} | read differently | {our_end[:5].strip()} / {their_end[:7].strip()}"


def listed_rows(path: str) -> set[str]:
    with open(path, encoding="utf-8") as f:
        cells = [[c.strip().strip("`") for c in line.strip().strip("|").split(" | ")] for line in f if line.startswith("| ")]
    rows = {" | ".join(c[:3]) for c in cells if len(c) >= 4 and c[0] in ("h11", "http-parser")}
    if any(len(c) < 4 or not c[3] for c in cells if c[0] in ("h11", "http-parser")):
        sys.exit("a difference is listed without an argument")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("verdict")
    parser.add_argument("peer")
    parser.add_argument("differences")
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    texts = inputs(random.Random(1), args.count // 2) + inputs(random.Random(seed), args.count // 2)
    ours = ask(args.verdict, texts)
    completed = [ask(args.verdict, [t + tail for t in texts]) for tail in (b"\r\n\r\n", b"\n\r\n\r\n", b"x\r\n\r\n")]
    peers = {"http-parser": ask(args.peer, texts), "h11": [h11_verdict(t) for t in texts]}
    listed, seen, bad = listed_rows(args.differences), {}, 0
    for peer, verdicts in peers.items():
        for i, text in enumerate(texts):
            row = compare(peer, ours[i], verdicts[i], [c[i] for c in completed])
            if ours[i].endswith(" SPLIT"):
                print(f"the verdict depends on how the input is cut: {text!r}")
                bad += 1
            if row is not None and row not in seen:
                seen[row] = 0
                if row not in listed:
                    print(f"unlisted: {row}\n  input  {text!r}\n  ours   {ours[i]}\n  theirs {verdicts[i]}")
                    bad += 1
            if row is not None:
                seen[row] += 1
    if args.list:
        for row, n in sorted(seen.items()):
            print(f"| {row} | {n}")
    stale = listed - set(seen)
    for row in sorted(stale):
        print(f"listed but not seen: {row}")
    accepted = sum(1 for v in ours if "ERR" not in v)
    print(f"{len(texts)} inputs, {accepted} without error here, {sum(seen.values())} differences in {len(seen)} rows")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
