# SPDX-License-Identifier: Apache-2.0
"""Daemons that several tests have in common, and where they keep their SQL."""


class Databases:
    """Where daemons keep their SQL: in the data folder, or a database of the session's server for each folder."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.urls = {}

    def of(self, data):
        """The sql.url for a data folder, "" where it is SQLite."""
        if self.cluster is None:
            return ""
        if str(data) not in self.urls:
            self.urls[str(data)] = self.cluster.new_database()
        return self.urls[str(data)]

    def drop(self):
        for url in self.urls.values():
            self.cluster.drop_database(url)


class Shared:
    """One daemon for the tests of a module; each test takes a source of its own and sees only that source's rows."""

    def __init__(self, patron):
        self.patron = patron
        self.sources = 0

    def source(self):
        self.sources += 1
        return self.patron.add_source(f"source-{self.sources}")

    def rows(self, source, klass="event"):
        return self.patron.rows(source, klass)
