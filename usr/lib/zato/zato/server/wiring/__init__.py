"""Where a parallel server's worker is put together, a file for each subject; nothing else looks for what it works with.

From the bottom up: what workers share, the ODB, the broker, what requests are served from, deployments, HTTP.
"""
