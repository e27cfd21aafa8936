"""`python -m services.enrollment`."""

from services.enrollment.app import main

main()
