"""Other servers that answer the same, each behind a HAProxy that is configured as for a cluster."""
