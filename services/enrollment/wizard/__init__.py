"""The pages that lead a person through setting up."""
