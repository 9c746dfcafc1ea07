# SPDX-License-Identifier: Apache-2.0
"""Reads a trace of system calls and checks that no acknowledgement left before the sync that covers its bytes.

The proof per request: its marker was read from a socket; a write put the marker into a file; a sync of that file
began after that write had returned and had itself returned, before the answer 200 or 201 was written to the same socket.
"""
import re
import shutil

CALLS = ("read,readv,recvfrom,recvmsg,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,"
         "fdatasync,fsync,sync_file_range,msync,close,accept4,accept,io_uring_enter,io_uring_setup,openat")
RECEIVE = {"read", "readv", "recvfrom", "recvmsg"}
SEND = {"write", "writev", "sendto", "sendmsg"}
WRITE = {"write", "writev", "pwrite64", "pwritev", "pwritev2"}
SYNC = {"fdatasync", "fsync"}
STRING_MAX = 1 << 20

LINE = re.compile(r"^(?:\[pid\s+)?(\d+)\]?\s+(.*)$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
CALL = re.compile(r"^(\w+)\((\d+)<(.*?)>")
DONE = re.compile(r"HTTP/1\.1 20[01] ")
RESULT = re.compile(r"\)\s+=\s+(-?\d+|\?)")


def available():
    return shutil.which("strace") is not None


def wrapper(output):
    """Put before the daemon's command. -y names the file behind each descriptor."""
    return ["strace", "-f", "-q", "-y", "-s", str(STRING_MAX), "-e", f"trace={CALLS}", "-e", "signal=none",
            "-o", str(output)]


class Call:
    """One completed system call; `begin` and `end` are line numbers, so they order what happened."""

    def __init__(self, name, descriptor, file, text, result, begin, end):
        self.name, self.descriptor, self.file, self.text = name, descriptor, file, text
        self.result, self.begin, self.end = result, begin, end

    @property
    def is_socket(self):
        return self.file.startswith(("socket:", "TCP", "UNIX"))


def parse(lines):
    """Completed calls in the order of their completion."""
    open_calls = {}
    for number, line in enumerate(lines):
        match = LINE.match(line)
        if not match:
            continue
        pid, text = match.groups()
        resumed = RESUMED.match(text)
        if resumed:
            begin, head = open_calls.pop(pid, (number, ""))
            call = complete(head + resumed.group(2), begin, number)
        elif text.rstrip().endswith("<unfinished ...>"):
            open_calls[pid] = (number, text.rstrip().removesuffix("<unfinished ...>"))
            continue
        else:
            call = complete(text, number, number)
        if call is not None:
            yield call


def complete(text, begin, end):
    head = CALL.match(text)
    if not head:
        return None
    tail = text[-80:]
    results = RESULT.findall(tail)
    if not results or results[-1] == "?":
        return None
    return Call(head.group(1), int(head.group(2)), head.group(3), text, int(results[-1]), begin, end)


def descriptor_name(call):
    """A socket by its inode: the number alone is reused."""
    return call.file if call.is_socket else f"{call.descriptor}:{call.file}"


class Violation(AssertionError):
    pass


def check_acknowledged_after_sync(calls, marker):
    """`marker` is a compiled pattern with one group, found once in each request. Returns how many answers were proven.

    Requests on one connection must not be pipelined, so that the next answer on a socket belongs to its last request.
    """
    waiting = {}  # socket -> marker of the request being answered
    writes = {}   # marker -> [(file, line at which the write had returned)]
    syncs = {}    # file -> [(begin, end)] of successful syncs
    proven = 0
    for call in calls:
        if call.name in RECEIVE and call.is_socket and call.result > 0:
            found = marker.findall(call.text)
            if found:
                waiting[descriptor_name(call)] = found[-1]
        elif call.name in SYNC and call.result == 0:
            syncs.setdefault(call.file, []).append((call.begin, call.end))
        elif call.name in WRITE and not call.is_socket and call.result > 0:
            for found in marker.findall(call.text):
                writes.setdefault(found, []).append((call.file, call.end))
                if call.name == "pwritev2" and "RWF_DSYNC" in call.text:
                    syncs.setdefault(call.file, []).append((call.end, call.end))
        elif call.name in SEND and call.is_socket and DONE.search(call.text):
            request = waiting.pop(descriptor_name(call), None)
            if request is None:
                continue
            if not any(covered(syncs, file, end, call.begin) for file, end in writes.get(request, [])):
                raise Violation(f"\"{request}\" was acknowledged in line {call.begin} of the trace; written: "
                                f"{writes.get(request, 'never')}; last syncs: "
                                f"{ {file: list_[-1] for file, list_ in syncs.items()} }")
            proven += 1
    return proven


def covered(syncs, file, written, answered):
    """A sync of the file that began after the write had returned and ended before the answer left."""
    return any(begin >= written and end <= answered for begin, end in syncs.get(file, [])[-400:])
