"""The platform's question whether a person has to set something up."""
