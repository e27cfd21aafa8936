"""One request to prove one method, from the question to the verdict."""
