# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of a test's own, made with the openssl command when it is needed."""
import pathlib
import ssl
import subprocess

NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, timeout=30)


class Ca:
    """A root and an intermediate; issue() writes a server's chain and key under two paths that may be replaced."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root = self.folder / "root.pem"
        self.root_key = self.folder / "root.key"
        self.middle = self.folder / "middle.pem"
        self.middle_key = self.folder / "middle.key"
        self.serial = 1
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.root_key,
                "-out", self.root, "-days", 30, "-subj", "/CN=Test root")
        self._sign(self.middle, self.middle_key, "/CN=Test intermediate", "basicConstraints=critical,CA:TRUE", self.root,
                   self.root_key, 20)

    def _sign(self, path, key, subject, extension, issuer, issuer_key, days, kind=("ec", "ec_paramgen_curve:P-256")):
        request = self.folder / "request.pem"
        extensions = self.folder / "extensions"
        extensions.write_text(extension + "\n")
        openssl("req", "-new", "-newkey", kind[0], "-pkeyopt", kind[1], "-nodes", "-keyout", key, "-out", request, "-subj", subject)
        self.serial += 1
        openssl("x509", "-req", "-in", request, "-CA", issuer, "-CAkey", issuer_key, "-set_serial", self.serial, "-days", days,
                "-extfile", extensions, "-out", path)

    def issue(self, name="server", days=10, rsa=False):
        """(certificate with its chain, key). Files of the same name are replaced whole, as certbot does it."""
        fresh, key = self.folder / f"{name}.fresh.pem", self.folder / f"{name}.fresh.key"
        kind = ("rsa", "rsa_keygen_bits:2048") if rsa else ("ec", "ec_paramgen_curve:P-256")
        self._sign(fresh, key, f"/CN=number {self.serial + 1}", NAMES, self.middle, self.middle_key, days, kind)
        fresh.write_text(fresh.read_text() + self.middle.read_text())
        key.chmod(0o600)
        return fresh.rename(self.folder / f"{name}.pem"), key.rename(self.folder / f"{name}.key")

    def context(self, least=ssl.TLSVersion.TLSv1_2, most=ssl.TLSVersion.TLSv1_3):
        """A client that trusts this authority alone."""
        context = ssl.create_default_context(cafile=str(self.root))
        context.minimum_version, context.maximum_version = least, most
        return context
