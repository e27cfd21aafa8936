"""The pages: what all sites share."""
