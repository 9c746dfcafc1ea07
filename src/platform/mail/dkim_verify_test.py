# SPDX-License-Identifier: Apache-2.0
"""What mail_dkim_sign signs holds for an independent verifier (dkimpy), and no longer after a change: dkim_verify_test.py PROGRAM"""
import random
import subprocess
import sys
import tempfile

import dkim

HEAD = (b"From: =?UTF-8?B?Wm/Dqw==?= <zoe@shop.example>\r\nTo:  Ada  <ada@example.com>,\r\n\tBob <bob@example.com>\r\n"
        b"SUBJECT: two   blanks\t and\r\n  a fold \r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n"
        b"Received: from nowhere\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n")
PIECES = [b"a", b"word", b" ", b"  ", b"\t", b"\r\n", b"\r\n\r\n", b" \r\n", b".\r\n", b"From x", b"=3D", b"\xc3\xa9"]
KEYS = {"rsa": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "ed25519": ["genpkey", "-algorithm", "ED25519"]}
ROUNDS = 6


def sign(program, key, message):
    done = subprocess.run([program, "shop.example", "s1", key], input=message, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    record, _, signed = done.stdout.partition(b"\n")
    return record, signed


def holds(record, message):
    return dkim.verify(message, dnsfunc=lambda name, timeout=5: record if name == b"s1._domainkey.shop.example." else None)


def main(program):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        for kind, command in KEYS.items():
            key = f"{folder}/{kind}.pem"
            subprocess.run(["openssl", *command, "-out", key], check=True, capture_output=True)
            bodies = [b"", b"\r\n\r\n", b"x\r\n", b" \r\n"] + [b"".join(rng.choices(PIECES, k=rng.randrange(60))) + b"\r\n" for _ in range(ROUNDS)]
            for body in bodies:
                record, signed = sign(program, key, HEAD + b"\r\n" + body)
                assert holds(record, signed), (kind, body)
                assert not holds(record, signed + b"more\r\n"), (kind, body)
                assert not holds(record, b"From: someone@else.example\r\n" + signed), (kind, body)
                assert not holds(record, signed.replace(b"blanks", b"blanls")), (kind, body)
        weak = f"{folder}/weak.pem"
        subprocess.run(["openssl", *KEYS["rsa"][:-1], "rsa_keygen_bits:1024", "-out", weak], check=True, capture_output=True)
        done = subprocess.run([program, "shop.example", "s1", weak], input=HEAD + b"\r\n", capture_output=True, check=False)
        assert done.returncode == 1 and b"1024 bits, under 2048" in done.stderr, done.stderr


if __name__ == "__main__":
    main(sys.argv[1])
