"""The outside world of the demo: an identity platform and a handset. It knows the product only by its protocols."""
