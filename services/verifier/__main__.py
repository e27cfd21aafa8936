"""`python -m services.verifier`."""

from services.verifier.app import main

main()
