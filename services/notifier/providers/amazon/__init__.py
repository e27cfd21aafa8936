"""Texts and mail by Amazon."""
