"""Sessions as frozen states: their steps, their beginning and end."""
