"""`python -m services.notifier`: all channels that have an implementation."""

from services.notifier.app import main
from services.notifier.channels import CHANNELS

main(tuple(CHANNELS))
