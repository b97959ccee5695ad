"""The versions of the tables, applied by zato.odb.migrate."""
