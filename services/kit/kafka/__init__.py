"""Events on Kafka: the broker, its lanes, dead letters, topics, and reading without a group."""
