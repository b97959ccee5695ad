"""The first page of a cluster: whether all is well, and why not."""
