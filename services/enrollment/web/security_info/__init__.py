"""The pages of "My security info"."""
