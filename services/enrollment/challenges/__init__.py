"""One request to prove one method, until the verdict."""
