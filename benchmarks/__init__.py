"""Speed and memory, as ratios of things measured in turn in one run."""
