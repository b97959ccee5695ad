"""What passes between servers: notifications of changes, and asynchronous invocations."""
