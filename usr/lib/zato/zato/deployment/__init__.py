"""From a file that was handed in to the version that all workers serve."""
