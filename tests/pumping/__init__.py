"""`python -m tests.pumping`: attacks of three published patterns beside a month of ordinary traffic, judged by the real
guard (`services/enrollment/pumping`), written to docs/pumping.md."""
