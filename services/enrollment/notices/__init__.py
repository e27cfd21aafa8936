"""Telling a person of every change, with the link "This wasn't me"."""
