"""`python -m services.cli`, for where the console script is not installed."""

from services.cli import main

main()
