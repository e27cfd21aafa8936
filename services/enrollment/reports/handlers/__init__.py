"""How reports are collected and read."""
