"""`python -m deploy.demo.northbridge`: the identity platform, on loopback."""

import logging
import sys

from deploy.demo.clients import ClientKeyMissingError
from deploy.demo.northbridge.app import build_app
from deploy.demo.serving import PortTakenError, configure_logging, listen, serve
from deploy.demo.settings import PREFIX, read_settings


def main() -> int:
    """Serve until stopped; 1 if the port is taken or a client key is missing."""
    settings = read_settings()
    configure_logging("northbridge")
    try:
        app = build_app(settings)
        web = listen(settings.northbridge_port, f"{PREFIX}NORTHBRIDGE_PORT")
    except (PortTakenError, ClientKeyMissingError) as problem:
        print(f"northbridge: {problem}", file=sys.stderr)
        return 1
    logging.info("listening on %s", settings.northbridge_origin)
    serve(app, web)
    return 0


if __name__ == "__main__":
    sys.exit(main())
