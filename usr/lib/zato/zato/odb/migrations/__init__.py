"""The versions of the tables, applied by zato.odb.migrate.

A migration only adds, and what it adds may be left alone: new tables, and columns that are nullable or have a default.
The release before it goes on working on the same ODB, during an upgrade and where an upgrade is undone. What no
release that may still run uses any more is removed by a later one.
"""
