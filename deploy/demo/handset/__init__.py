"""The handset and inbox: stands in for the telephone network, its Twilio-shaped provider, and a mail server."""
