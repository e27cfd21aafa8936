"""How records are asked for: how long Kafka may hold a question, and how little of it is said again."""
