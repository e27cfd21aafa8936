"""`make bench`: how long an answer over the API takes, beside the floor under it, measured in the same run."""
