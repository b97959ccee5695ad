"""From credentials to a Principal, and what a Principal may do."""
