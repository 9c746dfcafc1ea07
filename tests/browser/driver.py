# SPDX-License-Identifier: Apache-2.0
"""A Chromium with one page, driven line by line (driver.mjs): browser("press", keys=["j", "Enter"])."""
import json
import pathlib
import queue
import subprocess
import threading
import time

from harness import node

HERE = pathlib.Path(__file__).parent


class Browser:
    def __init__(self, base, width=1440, height=900):
        self.base = base
        self.process = subprocess.Popen(
            [node.node(), str(HERE / "driver.mjs"), base, str(width), str(height)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=node.environment())
        self.answers = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.answers.put(json.loads(line))

    def __call__(self, do, answer_s=30, **arguments):
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        end = time.monotonic() + answer_s
        while True:
            try:
                answer = self.answers.get(timeout=0.2)
                break
            except queue.Empty:
                assert self.process.poll() is None, f"the browser ended\n{self.process.stderr.read()[-3000:]}"
                assert time.monotonic() < end, f"no answer to {do}"
        assert "error" not in answer, f"{do} {arguments}: {answer['error']}"
        return answer["value"]

    def sign_in(self, cookie):
        """As a person whose session the server has given: name and value of its cookie."""
        name, value = cookie
        self("cookies", cookies=[{"name": name, "value": value, "url": self.base, "httpOnly": True, "sameSite": "Lax"}])

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except Exception:  # pylint: disable=broad-except
            self.process.kill()
            raise
