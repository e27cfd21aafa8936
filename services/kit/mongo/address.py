"""What the address of the database says about encryption, without asking anybody."""

from urllib.parse import parse_qsl

ON = "true"
UNCHECKED = frozenset({"tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"})
"""Options by which the driver takes any certificate, or one of another host."""


def is_encrypted(url: str) -> bool:
    """Whether the driver will speak TLS, with a server whose certificate it checks.

    `mongodb+srv` means TLS unless the address says otherwise (MongoDB's connection string specification: the options
    `tls` and, of before, `ssl`; names of options are read without case, and the last word counts).
    """
    options = {name.lower(): value for name, value in parse_qsl(url.partition("?")[2].replace(";", "&"))}
    default = ON if url.startswith("mongodb+srv://") else "false"
    wanted = options.get("tls", options.get("ssl", default))
    return wanted == ON and not any(options.get(name) == ON for name in UNCHECKED)
