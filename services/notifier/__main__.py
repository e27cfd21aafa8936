"""`python -m services.notifier CHANNEL…`: those channels, else all that have an implementation."""

import sys

from services.notifier.app import main
from services.notifier.channels import CHANNELS

main([name for name in CHANNELS if name in sys.argv[1:]] or tuple(CHANNELS))
