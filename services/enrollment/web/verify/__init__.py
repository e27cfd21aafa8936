"""Hosted verification: a platform sends a person here to prove a method."""
