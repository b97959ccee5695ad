"""The operational database: the truth about a cluster, on SQLite, PostgreSQL, MySQL/MariaDB or Oracle."""
