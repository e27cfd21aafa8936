"""What is known of a person: the methods on file, the default one, and what became of earlier ones."""
