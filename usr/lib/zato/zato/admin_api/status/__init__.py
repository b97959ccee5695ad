"""How the cluster is: what is looked at, each subject by itself, and what is told of it."""
