#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Text understanding: sentiment beside PyPI's vaderSentiment, turn by turn, and the cost of a text.

usage: language.py BUILD_DIR [FILE.txt.gz...]     VADER's ground truth files; those of $PATRON_SHARED when none are given
       language.py BUILD_DIR --triage             all that is done for a new ticket, over the IT tickets of $PATRON_SHARED

Every figure is CPU of one thread per text. The bar is the median of the turns' ratios.
"""
import csv
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from vaderSentiment import vaderSentiment as vader

TURNS = 5


def texts_of(paths):
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as f:
            yield from (line.rstrip("\r\n").split("\t", 2)[2] for line in f)


def ours(build, kind, path):
    return json.loads(subprocess.run([f"{build}/bench/language_bench", kind, path], capture_output=True, text=True, check=True).stdout)


def theirs(peer, texts):
    begin, asked = time.process_time(), 0
    while time.process_time() - begin < 1:
        for text in texts:
            peer.polarity_scores(text)
        asked += len(texts)
    return asked / (time.process_time() - begin)


def triage(build, data):
    with gzip.open(data / "it-tickets/it_tickets_train.csv.gz", "rt", encoding="utf-8", newline="") as f:
        texts = [row[0].replace("\n", " ") for at, row in enumerate(csv.reader(f), -1) if at % 5 == 3]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", suffix=".txt") as file:
        file.write("".join(text + "\n" for text in texts))
        file.flush()
        print(json.dumps(ours(build, "triage", file.name)))


def main():
    build, data = sys.argv[1], pathlib.Path(os.environ.get("PATRON_SHARED", "../shared")) / "data"
    if sys.argv[2:] == ["--triage"]:
        triage(build, data)
        return
    folder = data / "vader"
    texts = list(texts_of(sys.argv[2:] or sorted(folder.glob("*_GroundTruth.txt.gz"))))
    peer, ratios = vader.SentimentIntensityAnalyzer(), []
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", suffix=".txt") as file:
        file.write("".join(text + "\n" for text in texts))
        file.flush()
        for _ in range(TURNS):
            a, b = ours(build, "sentiment", file.name)["per_s"], theirs(peer, texts)
            ratios.append(a / b)
            print(f"sentiment: {a:,.0f} texts/s, vaderSentiment {b:,.0f}: {a / b:.1f} times")
        print(f"sentiment: median {statistics.median(ratios):.1f} times over {len(texts)} texts")
        for kind in ("classify", "near"):
            print(f"{kind}: {ours(build, kind, file.name)['us']:.1f} us a text")


if __name__ == "__main__":
    main()
