"""Hardware tokens in Microsoft Graph's shapes."""
