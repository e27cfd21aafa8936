"""Interrupts as frozen states, and how long a person may put off what is missing."""
