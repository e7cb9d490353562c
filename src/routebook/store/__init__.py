"""What was asked, answered and judged, remembered: in SQLite or any database SQLAlchemy speaks.

One thread writes, many threads and processes read. Importing this package is cheap: SQLAlchemy is first loaded by
`Store.open`.

==============  ==========================================================================
`store`         the `Store`: what the rest of routebook calls
`location`      where the database is, and the engine that opens it
`schema`        its tables
`migrations`    bringing an older database up to date, refusing a newer one
`codec`         our values to rows and back, exactly
`writer`        the writer thread: many calls in one commit
`writing`       what changes runs: begin, end, reopen, import, clear the cache
`reading`       what is asked about runs, calls and the cache
`judged`        what people, checks and judges said, and ballots: written and read
`forks`         no connection is open when a process forks
`owner`         which process runs a run, and whether it is still there
`faults`        a database's errors in words for the user
==============  ==========================================================================
"""

from routebook.store.store import CacheInfo, RunSummary, Store, default_store

__all__ = ["CacheInfo", "RunSummary", "Store", "default_store"]
