# SPDX-License-Identifier: Apache-2.0
"""A small file system of its own, to fill up: a tmpfs in a mount that only this test knows."""
import os
import pathlib
import subprocess


class SmallDisk:
    def __init__(self, folder, mib):
        self.path = pathlib.Path(folder)
        self.mib = mib
        self.mounted = False

    def mount(self):
        """False where this machine does not let us."""
        self.path.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return False
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.mib}m,mode=0700", "patron-test",
                               str(self.path)], capture_output=True, check=False)
        self.mounted = done.returncode == 0
        return self.mounted

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.path)], check=False)
            self.mounted = False

    @property
    def ballast(self):
        return self.path / "ballast"

    def put_ballast(self, mib):
        with open(self.ballast, "wb") as f:
            os.posix_fallocate(f.fileno(), 0, mib << 20)

    def free_bytes(self):
        at = os.statvfs(self.path)
        return at.f_bavail * at.f_frsize

    def fill(self):
        """Takes what is left, also while others take some of it, so that the next growth of any file fails."""
        with open(self.path / "filler", "ab") as f:
            step = self.free_bytes()
            while step >= 4096:
                try:
                    os.posix_fallocate(f.fileno(), os.fstat(f.fileno()).st_size, step)
                except OSError:
                    step //= 2

    def release(self):
        for name in ("ballast", "filler"):
            (self.path / name).unlink(missing_ok=True)
