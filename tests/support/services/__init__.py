"""Benches for single services, and what they leave behind."""
