# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the black-box tests. Each test has a time limit: 60 s unless it is marked `@pytest.mark.limit(SECONDS)`."""
import os
import pathlib
import signal
import tempfile
import threading

import pytest

from harness.disk import SmallDisk
from harness import postgres
from harness.mode import soak
from harness.patron import PATROND, Patron
from harness.proxy import Proxy
from harness.shared import Databases, Shared

LIMIT_S = 60


def pytest_addoption(parser):
    parser.addoption("--engine", default=None, help="SQL engines of the scenarios: sqlite, postgres or sqlite,postgres "
                     "(default: both where PostgreSQL is installed)")


def pytest_configure(config):
    config.addinivalue_line("markers", "sqlite_only(reason): of no use on another SQL engine; the reason says why")
    config.addinivalue_line("markers", "postgres_only: of what is PostgreSQL's own")
    config.addinivalue_line("markers", "limit(seconds): time limit of the test, default 60 s")
    config.addinivalue_line("markers", "soak: long; runs with PATRON_SOAK=1")


def pytest_collection_modifyitems(items):
    if not soak():
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(pytest.mark.skip(reason="set PATRON_SOAK=1"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    """Ends a test that hangs, so that the run as a whole has an end."""
    marker = item.get_closest_marker("limit")
    seconds = marker.args[0] if marker else LIMIT_S

    def over(_signal, _frame):
        pytest.fail(f"test took over {seconds} s")  # no OSError: nothing that retries may swallow it

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows the daemons' stderr with a failure, and remembers the failure for teardown."""
    report = (yield).get_result()
    if report.when == "call":
        item.failed_in_call = report.failed
        if report.failed:
            for patron in getattr(item, "patrons", []):
                report.sections.append(("patrond", patron.stderr(6000)))


def engines(config):
    given = config.getoption("--engine")
    if given is None:
        return ["sqlite", "postgres"] if postgres.available() else ["sqlite"]
    names = given.split(",")
    assert names and set(names) <= {"sqlite", "postgres"}, f"--engine {given}: sqlite, postgres or both"
    return names


def pytest_generate_tests(metafunc):
    """A scenario that starts a daemon runs on each engine."""
    if "engine" not in metafunc.fixturenames or "scenario" not in metafunc.definition.path.parts:
        return
    names = engines(metafunc.config)
    for only in ("sqlite", "postgres"):
        if metafunc.definition.get_closest_marker(f"{only}_only"):
            names = [name for name in names if name == only]
    metafunc.parametrize("engine", names, indirect=True, scope="module")


@pytest.fixture
def scratch():
    """A folder of the test's own with a short path (a Unix socket's path holds 107 bytes), removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        yield pathlib.Path(folder)


@pytest.fixture(scope="session")
def cluster():
    """The session's PostgreSQL server."""
    with postgres.Cluster() as server:
        yield server


@pytest.fixture(scope="module")
def engine(request):
    """"sqlite" or "postgres"."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="module")
def sql_cluster(request, engine):
    return request.getfixturevalue("cluster") if engine == "postgres" else None


@pytest.fixture
def make_patron(request, scratch, sql_cluster):
    """Makes daemons of the test's own: make_patron(settings={...}, wrapper=[...]). Not started."""
    assert PATROND.exists(), f"no daemon at {PATROND}: build it, or set PATROND"
    request.node.patrons = made = []
    databases = Databases(sql_cluster)

    def make(**kw):
        patron = Patron(scratch / f"p{len(made)}", databases=databases, **kw)
        made.append(patron)
        return patron

    yield make
    failed = getattr(request.node, "failed_in_call", True)
    for patron in made:
        if failed:
            patron.discard()
        else:
            patron.stop()
    databases.drop()


@pytest.fixture
def patron(make_patron):
    """A running daemon of the test's own."""
    return make_patron().start()


@pytest.fixture(scope="module")
def module_patron(sql_cluster):
    assert PATROND.exists(), f"no daemon at {PATROND}: build it, or set PATROND"
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = Patron(folder, databases=Databases(sql_cluster)).start()
        try:
            yield Shared(patron)
            patron.stop()
        finally:
            patron.discard()


@pytest.fixture
def shared(request, module_patron):
    """The module's daemon, for tests that do not stop it."""
    request.node.patrons = [module_patron.patron]
    assert module_patron.patron.running(), f"the module's daemon died\n{module_patron.patron.stderr()}"
    return module_patron


@pytest.fixture
def proxy_to():
    """proxy_to(patron, plan=[...]): a proxy in front of a daemon, stopped at the end."""
    made = []

    def make(patron=None, **kw):
        proxy = Proxy(patron.port if patron else None, **kw).start()
        made.append(proxy)
        return proxy

    yield make
    for proxy in made:
        proxy.stop()


@pytest.fixture
def small_disk(scratch):
    """small_disk(MIB): a mounted file system of that size; skips where none can be mounted."""
    made = []

    def make(mib):
        disk = SmallDisk(scratch / "disk", mib)
        made.append(disk)
        if not disk.mount():
            pytest.skip("no tmpfs can be mounted here (needs root)")
        return disk

    yield make
    for disk in made:
        disk.unmount()


def shared_data():
    """Folder of the project's data, or None. Where PATRON_SHARED is set a missing file is a failure."""
    given = os.environ.get("PATRON_SHARED")
    if given:
        return pathlib.Path(given) / "data"
    beside = pathlib.Path(__file__).resolve().parents[2] / "shared/data"
    return beside if beside.exists() else None


@pytest.fixture
def data_file():
    """data_file("cdnow/CDNOW_sample.txt")"""

    def find(name):
        folder = shared_data()
        if folder is None:
            pytest.skip(f"no {name}: set PATRON_SHARED to the folder that holds data/")
        assert (folder / name).exists(), f"PATRON_SHARED is there but {name} is not"
        return folder / name

    return find
