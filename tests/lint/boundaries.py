"""Which module may import which library, and what the pure parts may import at all."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.lint.source import Finding, Import, Places, Source


@dataclass(frozen=True)
class Boundary:
    """Libraries that only some places may import."""

    rule: str
    packages: tuple[str, ...]
    places: Places
    remedy: str


BOUNDARIES = (
    Boundary(
        "cryptography-in-one-place",
        ("cryptography", "hmac", "hashlib"),
        {
            "services/kit/crypto/sealing.py": "the one place",
            "schemas/compatibility.py": "names files by their digest; nothing secret is involved",
        },
        "use services.kit.crypto.sealing",
    ),
    Boundary(
        "one-time-codes-in-one-place",
        ("pyotp",),
        {"services/kit/crypto/codes.py": "derived codes", "services/verifier/methods/*": "one file a kind of proof"},
        "use services.kit.crypto.codes, or add a method to the verifier",
    ),
    Boundary(
        "signatures-in-named-places",
        ("joserfc",),
        {
            "services/enrollment/tokens.py": "reads bearer tokens",
            "services/enrollment/signing.py": "signs results and proofs",
            "services/kit/crypto/device/*": "the one reading and writing of the device protocol, for three places",
            "services/cli/demo_token.py": "signs as a demo client, with that client's key",
            "services/verifier/methods/*": "one file a kind of proof",
        },
        "use services.enrollment.tokens, or services.kit.crypto.device for what devices sign",
    ),
    Boundary(
        "amazons-library-in-one-place",
        ("awscrt",),
        {"services/notifier/providers/amazon/signing.py": "signs requests to Amazon"},
        "use services.notifier.providers.amazon.signing",
    ),
    Boundary(
        "proofs-in-the-verifier",
        ("argon2", "webauthn"),
        {
            "services/verifier/methods/*": "one file a kind of proof",
            "services/enrollment/methods/passkey/options.py": "what a browser is asked; nothing is judged there",
        },
        "judge proofs in services/verifier/methods/",
    ),
    Boundary(
        "driver-in-one-place",
        ("motor", "pymongo.AsyncMongoClient", "pymongo.MongoClient", "pymongo.asynchronous", "pymongo.synchronous"),
        {
            "services/kit/mongo/client.py": "the one place (ADR 0042)",
            "services/kit/mongo/wire.py": "how that client waits",
        },
        "use services.kit.mongo.client",
    ),
    Boundary(
        "database-behind-kit",
        ("pymongo", "bson"),
        {
            "services/kit/mongo/*": "the documents, their outbox and its relay",
            "services/kit/kafka/policy.py": "tells a dependency that is down from a record that is bad",
            "services/*/store.py": "document to domain and back",
            "services/*/store/*": "document to domain and back",
        },
        "use services.kit.mongo, or put the query into the service's store",
    ),
    Boundary(
        "kafka-at-the-edges",
        ("faststream", "aiokafka"),
        {
            "services/kit/kafka/*": "the broker and its lanes",
            "services/*/consumers.py": "events in",
            "services/*/app.py": "composition root",
        },
        "use services.kit.kafka",
    ),
    Boundary(
        "web-framework-at-the-edges",
        ("fastapi", "starlette", "uvicorn"),
        {
            "services/kit/http/*": "shared parts of the HTTP side",
            "services/kit/runtime.py": "runs an application",
            "services/kit/service.py": "starts and stops with the application",
            "services/*/http.py": "requests in",
            "services/*/app.py": "composition root",
            "services/enrollment/*/api.py": "requests in",
            "services/enrollment/*/api/*": "requests in",
            "services/enrollment/api/*": "requests in",
            "services/enrollment/methods/*/routes.py": "requests in",
            "services/enrollment/components.py": "found by each request",
            "services/enrollment/*/pages.py": "pages",
            "services/enrollment/methods/*/*_pages.py": "pages",
            "services/enrollment/web/*": "pages",
            "services/enrollment/authenticator/*": "the app's pages",
        },
        "keep HTTP in http.py and pass plain values to handlers",
    ),
)

PURE = ("services/*/domain.py", "services/*/domain/*", "schemas/*")
TOOLS: Places = {
    "schemas/export.py": "a tool of the repository",
    "schemas/compatibility.py": "a tool of the repository",
    "schemas/asyncapi.py": "a tool of the repository",
}
IMPURE_STANDARD_LIBRARY = frozenset(
    {"asyncio", "http", "io", "logging", "os", "pathlib", "random", "socket", "subprocess", "threading", "time"}
)
DOMAIN_KIT = (
    "services.kit.errors",
    "services.kit.ids",
    "services.kit.decision",
    "services.kit.state",
    "services.kit.answers",  # pure itself
    "services.kit.counting",  # pure itself
    "services.kit.config.values",  # the shape of what the configuration file says of an organisation
    "services.kit.config.tenants",
    "services.kit.config.messages",
)
PURE_LIBRARIES: dict[str, Places] = {
    "pydantic": {"*": "models"},
    "email_validator": {
        "services/enrollment/methods/email/domain.py": "the grammar of addresses; nothing is looked up"
    },
    "phonenumbers": {
        "services/enrollment/methods/phone/domain.py": "numbering plans are data",
        "services/notifier/domain/countries.py": "likewise",
    },
}


def libraries(source: Source) -> Iterator[Finding]:
    """A library is imported outside the places that may."""
    for boundary in BOUNDARIES:
        if not source.lies_in(boundary.places):
            for found in source.imports:
                if any(found.of(package) for package in boundary.packages):
                    yield Finding(
                        source.path, found.line, boundary.rule, f"{found.name} is imported here", boundary.remedy
                    )


def purity(source: Source) -> Iterator[Finding]:
    """Domain and schemas import only what is pure."""
    if not source.lies_in(dict.fromkeys(PURE, "")) or source.lies_in(TOOLS):
        return
    for found in source.imports:
        if not _is_pure(found, source):
            yield Finding(
                source.path,
                found.line,
                "pure-domain",
                f"{found.name} is imported here",
                "take what it gives as a parameter",
            )


def _is_pure(found: Import, source: Source) -> bool:
    top = found.name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return top not in IMPURE_STANDARD_LIBRARY
    if top == "services" and source.path.startswith("services/"):
        service = ".".join(source.path.split("/")[:2])
        is_own_domain = found.of(service) and "domain" in found.name.split(".")
        return is_own_domain or any(found.of(module) for module in DOMAIN_KIT)
    return top == "schemas" or source.lies_in(PURE_LIBRARIES.get(top, {}))
