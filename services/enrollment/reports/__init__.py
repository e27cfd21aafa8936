"""What administrators learn: the funnel of the wizard, and who registered what."""
