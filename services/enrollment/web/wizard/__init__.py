"""The wizard "Keep your account secure"."""
