""" "Forgot my password" at Northbridge."""
