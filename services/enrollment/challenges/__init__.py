"""One request to prove one method, from the request to the verdict."""
