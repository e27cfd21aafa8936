"""What is counted and what ends when: pure decisions, without clock and I/O."""
