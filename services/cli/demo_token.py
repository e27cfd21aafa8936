"""`security-info demo-token`: a bearer token of a demo client, to try the API by hand."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.failures import CommandFailedError

if TYPE_CHECKING:
    from joserfc.jwk import ECKey

LIFE = timedelta(minutes=5)


def demo_token(
    scope: Annotated[str, typer.Option(help='Scopes separated by spaces, such as "interrupts challenges".')],
    tenant: Annotated[
        str, typer.Option(help="Sign as this tenant's client: northbridge or southgate.")
    ] = "northbridge",
) -> None:
    """Print a bearer token for the API, good for 5 minutes.

    Signed with the demo client's key in SECURITY_INFO_DEMO_HOME (.local/demo), for SECURITY_INFO_PUBLIC_URL. Follows
    SECURITY_INFO_CLOCK_OFFSET.

    Example: curl -H "Authorization: Bearer $(security-info demo-token --scope methods.read)" …
    """
    from services.cli.settings import operator_settings
    from services.kit.clock import SystemClock
    from services.kit.ids import new_id

    settings = operator_settings()
    key = _load_key(settings.demo_home, tenant)
    claims = token_claims(
        tenant, scope, audience=settings.public_origin, now=SystemClock(settings.offset).now(), token_id=new_id()
    )
    typer.echo(sign(key, claims))


def token_claims(tenant: str, scope: str, *, audience: str, now: datetime, token_id: str) -> dict[str, Any]:
    """The claims of a client whose id, issuer and tenant are one name, as the demo's are."""
    return {
        "iss": tenant,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
        "jti": token_id,
        "tid": tenant,
        "scope": " ".join(scope.split()),
    }


def sign(key: "ECKey", claims: dict[str, Any]) -> str:
    """A JWT (RFC 7519) signed with ES256."""
    from joserfc import jwt

    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


def _load_key(home: Path, tenant: str) -> "ECKey":
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    clients = home / "clients"
    names = sorted(path.stem for path in clients.glob("*.json"))
    if not names:
        raise CommandFailedError(
            f"{clients} holds no client keys; start the demo first, or set SECURITY_INFO_DEMO_HOME"
        )
    if tenant not in names:
        raise CommandFailedError(f"no demo client for tenant {tenant!r}; there are: {', '.join(names)}")
    path = clients / f"{tenant}.json"
    try:
        return ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, JoseError):
        raise CommandFailedError(f"{path} is no readable private key; remove it and start the demo again") from None
