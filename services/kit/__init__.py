"""A library for the services, not a service: what they all need and nobody does a second time."""
