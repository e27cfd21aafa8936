"""What tests share: real servers, builders, fixed implementations."""

import sys

# httpx looks for it several times a request, and Python for what is not installed in every folder, each time anew.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
