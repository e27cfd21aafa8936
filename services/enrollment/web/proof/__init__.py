"""The pages that ask for a proof."""
