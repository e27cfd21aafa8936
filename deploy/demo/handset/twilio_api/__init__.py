"""Twilio's REST API as the product uses it, in the demo's world."""
