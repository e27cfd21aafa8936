"""The stack on one machine without containers: a real Kafka, a database, the services and the demo's world."""
