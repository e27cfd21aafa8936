"""`make reset`: the demo begins anew. What was installed or built stays."""

import shutil

from deploy.local.given import given_settings
from deploy.local.places import LOCAL
from deploy.local.ports import Ports
from deploy.local.stack import LocalStack

DATA = ("database", "kafka/data", "kafka/server.properties", "keys", "demo", "logs", "run", "smoke", "smoke-stack")


def reset() -> list[str]:
    """Delete the demo's data, keys and logs; returns what was there.

    Raises:
        AlreadyUpError: the demo is running.
    """
    with LocalStack(LOCAL, Ports.from_environment(given_settings())) as stack:
        return empty(stack)


def empty(stack: LocalStack) -> list[str]:
    """Delete what a stack that is not up has written; returns what was there.

    Raises:
        AlreadyUpError: it is up.
    """
    stack.claim()
    present = [stack.home / name for name in DATA if (stack.home / name).exists()]
    for path in present:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    stack.make_folders()
    return [str(path.relative_to(stack.home)) for path in present]
