"""Where the CPU goes: `python -m tests.bench.profile`."""
