"""The admin API: configuration, deployments, services and the state of the cluster, under /zato/api."""
