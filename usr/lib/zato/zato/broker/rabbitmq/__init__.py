"""RabbitMQ as the broker: announces changes by a fanout exchange, keeps asynchronous invocations in a quorum queue."""
