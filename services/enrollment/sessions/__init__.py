"""One person's way through the wizard, "My security info" or a hosted verification."""
