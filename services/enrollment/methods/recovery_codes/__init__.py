"""Recovery codes: look-up secrets (NIST SP 800-63B-4, 3.1.2)."""
