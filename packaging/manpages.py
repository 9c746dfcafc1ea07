#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes patrond.8 and patron.1 from what the two programs say about themselves, so that they cannot differ.

usage: manpages.py PATROND PATRON FOLDER
"""
import pathlib
import re
import subprocess
import sys

SETTING = re.compile(r"^(?P<key>[a-z0-9_.]+) = (?P<value>\".*\"|\S+) \((?P<bounds>[^)]*)\)  (?P<help>.*)$")
# the help begins behind two spaces, or behind a left side that has grown over its column: words, then NAMES
ENTRY = re.compile(r"^  (?P<left>\S.*?)  +(?P<help>.*)$|^  (?P<long>(?:[a-z-]+ )+(?:\[?[A-Z|:]+\]? )*[A-Z|:\[\]]+) (?P<rest>.*)$")

PATRON_TEXT = """Speaks to the daemon of a data folder over its socket, where the folder's permissions are the key. When no daemon has the
folder, the command runs a server itself for as long as it takes. With \\fB\\-\\-url\\fR it speaks to a server over HTTP or HTTPS with a token."""
PATROND_TEXT = """Takes in events over HTTP, makes them durable before it acknowledges them, and shows them at once. It stops cleanly on SIGTERM:
open requests finish, what was acknowledged is synced. SIGHUP reads the certificate and its key again and opens the log file anew."""


def output(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=30).stdout


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def heading(name, section, version):
    return f".\\\" made by packaging/manpages.py\n.TH {name.upper()} {section} \"\" \"Patron {version}\" \"Patron\"\n"


def entries(text):
    """(left, help) of each indented line."""
    found = [ENTRY.match(line) for line in text.splitlines()]
    return [(m["left"] or m["long"], m["help"] or m["rest"]) for m in found if m]


def patrond_page(patrond, version):
    usage, _, rest = output(patrond, "--help").partition("\n\n")
    intro, _, table = rest.partition("\n")
    lines = [heading("patrond", 8, version), ".SH NAME\npatrond \\- the Patron server", ".SH SYNOPSIS",
             escape(usage.removeprefix("usage: ")), f".SH DESCRIPTION\n{PATROND_TEXT}", ".SH SETTINGS", escape(intro),
             ".br\nPrecedence: flag, environment, file, default."]
    for line in table.splitlines():
        setting = SETTING.match(line)
        if setting is None:
            raise SystemExit(f"manpages.py: not a setting: {line}")
        lines += [f".TP\n.B {escape(setting['key'])}",
                  escape(f"{setting['help']}. Default {setting['value']}, bounds {setting['bounds']}.")]
    lines += [".SH FILES", ".TP\n.I /etc/patron/patron.conf\nsettings of the packaged service",
              ".TP\n.I /var/lib/patron\nits data folder",
              ".SH EXIT STATUS\n0 stopped as asked, 1 could not start, 2 wrong settings.",
              ".SH SEE ALSO\n.BR patron (1),\n/usr/share/doc/patron/operate"]
    return "\n".join(lines) + "\n"


def patron_page(patron, version):
    usage, *blocks = output(patron, "--help").strip().split("\n\n")
    commands, options = entries(blocks[0]), entries(blocks[1])
    lines = [heading("patron", 1, version), ".SH NAME\npatron \\- command line of the Patron server", ".SH SYNOPSIS",
             escape(usage.removeprefix("usage: ")), f".SH DESCRIPTION\n{PATRON_TEXT}", ".SH OPTIONS"]
    lines += [f".TP\n.B {escape(left)}\n{escape(text)}" for left, text in options]
    lines.append(".SH COMMANDS")
    for left, text in commands:
        words = [word for word in left.split() if re.fullmatch(r"[a-z][a-z-]*", word)]
        lines.append(f".TP\n.B {escape(left)}\n{escape(text)}")
        own = entries(output(patron, *words, "--help"))
        if own:
            lines.append(".RS")
            lines += [f".TP\n.B {escape(option)}\n{escape(about)}" for option, about in own]
            lines.append(".RE")
    lines += [".SH EXIT STATUS\n0 done, 1 failed (one line on stderr), 2 wrong usage.", ".SH SEE ALSO\n.BR patrond (8)"]
    return "\n".join(lines) + "\n"


def main():
    patrond, patron, folder = map(pathlib.Path, sys.argv[1:4])
    version = output(patrond, "--version").split()[1]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "patrond.8").write_text(patrond_page(patrond, version))
    (folder / "patron.1").write_text(patron_page(patron, version))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main()
