"""`python -m deploy.demo.handset`: the handset, the inbox and the mail server, on loopback."""

import logging
import sys

from deploy.demo.handset.app import build_app
from deploy.demo.serving import PortTakenError, configure_logging, listen, serve
from deploy.demo.settings import PREFIX, read_settings


def main() -> int:
    """Serve until stopped; 1 if a port is taken."""
    settings = read_settings()
    configure_logging("handset")
    try:
        web = listen(settings.handset_port, f"{PREFIX}HANDSET_PORT")
        smtp = listen(settings.smtp_port, f"{PREFIX}SMTP_PORT")
    except PortTakenError as taken:
        print(f"handset: {taken}", file=sys.stderr)
        return 1
    logging.info("listening on %s, mail on 127.0.0.1:%d", settings.handset_origin, settings.smtp_port)
    serve(build_app(settings, smtp=smtp), web)
    return 0


if __name__ == "__main__":
    sys.exit(main())
