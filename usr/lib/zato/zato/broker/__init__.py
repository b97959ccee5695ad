"""What passes between servers: the doorbell that announces changes, and asynchronous invocations."""
