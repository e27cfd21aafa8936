"""Deliveries and the limits of numbers: frozen data, and what may become of it."""
