"""Kinds of proof that more than one method uses: one folder each."""
