"""Connections to AMQP brokers: what the broker of a cluster and connectors share. pika stays here."""
