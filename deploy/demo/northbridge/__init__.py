"""Northbridge, the demo's identity platform: signs people in, asks the product, and checks what comes back."""
