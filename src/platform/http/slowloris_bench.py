#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what slow connections cost others.

usage: slowloris_bench.py HOST:PORT [--connections 5000] [--requests 2000] [--path /]
A process of its own keeps that many connections open, each sending a header a byte every few seconds and
never ending it; one that the server cuts is opened anew. A normal keep-alive client measures its latency
before and while they are there. Prints one JSON object; `ratio` is the median during over the one before.
Server and this program both need more descriptors than connections (`ulimit -n`).
"""
import argparse
import asyncio
import json
import multiprocessing
import resource
import socket
import time

BYTE_EVERY_S = 3.0


def probe(host: str, port: int, path: str, count: int) -> list[float]:
    text = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    times = []
    with socket.create_connection((host, port)) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            start = time.perf_counter()
            s.sendall(text)
            got = s.recv(65536)
            times.append(time.perf_counter() - start)
            if b"\r\n\r\n" not in got:
                raise SystemExit("the answer came in pieces: pick a path with a short one")
    return sorted(times)


async def crawl(host: str, port: int, gate: asyncio.Semaphore, opened, cut) -> None:
    while True:
        try:
            async with gate:
                reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.5)
            continue
        opened.value += 1
        try:
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            while not reader.at_eof():
                writer.write(b"a")
                try:
                    await asyncio.wait_for(reader.read(512), BYTE_EVERY_S)
                except asyncio.TimeoutError:
                    pass
        except OSError:
            pass
        opened.value -= 1
        cut.value += 1
        writer.close()


def crawl_all(host: str, port: int, count: int, opened, cut) -> None:
    async def run() -> None:
        gate = asyncio.Semaphore(100)
        await asyncio.gather(*(crawl(host, port, gate, opened, cut) for _ in range(count)))

    asyncio.run(run())


def figures(times: list[float]) -> dict:
    return {"p50_us": round(times[len(times) // 2] * 1e6, 1), "p99_us": round(times[len(times) * 99 // 100] * 1e6, 1)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--path", default="/")
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    host, port = args.address.rsplit(":", 1)
    before = probe(host, int(port), args.path, args.requests)
    opened, cut = multiprocessing.Value("i", 0, lock=False), multiprocessing.Value("i", 0, lock=False)
    slow = multiprocessing.Process(target=crawl_all, args=(host, int(port), args.connections, opened, cut), daemon=True)
    slow.start()
    give_up = time.monotonic() + 60
    while opened.value < args.connections * 0.95 and time.monotonic() < give_up:
        time.sleep(0.1)
    held = opened.value
    during = probe(host, int(port), args.path, args.requests)
    slow.kill()
    slow.join()
    print(json.dumps({"slow_connections": held, "before": figures(before), "during": figures(during),
                      "ratio": round(during[len(during) // 2] / before[len(before) // 2], 2), "cut": cut.value}))


if __name__ == "__main__":
    main()
