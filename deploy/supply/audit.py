"""`make audit`: asks for known weaknesses of what is locked."""

from deploy.supply.locks import BUILD, DEV
from deploy.supply.tools import run, tool

ASKED = (DEV, BUILD)
"""All that is installed: the image's versions are among those of `dev`."""


def audit(service: str) -> None:
    """Ask `service` ("pypi" or "osv") about every locked version.

    The data are on the network only. What the service does not know fails, too: pip-audit alone would pass over it, and
    an index that has no such data would look like one that found nothing.

    Raises:
        StackError: a weakness is known, or the service could not be asked.
    """
    files = tuple(word for lock in ASKED for word in ("--requirement", str(lock.path)))
    options = ("--strict", "--require-hashes", "--disable-pip", "--vulnerability-service", service)
    run((str(tool("pip-audit")), *options, *files))
