"""The operational database: the truth about a cluster, and the only place that knows SQL of ours."""
