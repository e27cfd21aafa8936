"""An identity platform in miniature: asks Security Info about a person, and believes only what it has checked."""

import base64
import hashlib
import html
import os
import secrets
import time
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import uvicorn
from fastapi import Cookie, FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

PRODUCT = os.environ.get("SECURITY_INFO_PUBLIC_URL", "http://localhost:8000")
PORT = int(os.environ.get("SECURITY_INFO_EXAMPLE_PORT", "8050"))
CLIENT, TENANT = "example", "northbridge"
SIGN_IN = '<form method="post" action="/sign-in"><label>User name <input name="user"></label><button>Sign in</button>'

app = FastAPI()
key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
waiting: dict[str, tuple[str, str]] = {}  # by state: the person, and the interrupt
taken: set[str] = set()  # the jti of each result that was accepted


def call(method: str, path: str, body: object = None) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": CLIENT, "aud": PRODUCT, "tid": TENANT, "scope": "interrupts", "iat": now, "exp": now + 300}
    token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims | {"jti": secrets.token_urlsafe(16)}, key)
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.request(method, PRODUCT + path, json=body, headers=headers, timeout=10).raise_for_status()
    return dict(answer.json())


def check(result: str, user: str, interrupt: str, state: str) -> None:
    keys = KeySet.import_key_set(httpx.get(f"{PRODUCT}/.well-known/jwks.json", timeout=10).raise_for_status().json())
    claims = jwt.decode(result, keys, algorithms=["ES256"]).claims
    jwt.JWTClaimsRegistry(leeway=30, exp={"essential": True}, jti={"essential": True}).validate(claims)
    state_hash = base64.urlsafe_b64encode(hashlib.sha256(state.encode()).digest()).rstrip(b"=").decode()
    expected = {"iss": PRODUCT, "aud": CLIENT, "tid": TENANT, "sub": user, "interruptId": interrupt}
    if not (expected | {"stateHash": state_hash}).items() <= claims.items() or claims["jti"] in taken:
        raise ValueError("the answer to something else, or used before")
    taken.add(claims["jti"])


@app.exception_handler(httpx.HTTPError)
def not_answered(_request: Request, error: Exception) -> HTMLResponse:
    return HTMLResponse(
        f"<h1>Not signed in</h1><p>Security Info refused, or did not answer: {html.escape(str(error))}", 502
    )


@app.get("/jwks.json")
def jwks() -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False)]}


@app.get("/")
def start() -> HTMLResponse:
    return HTMLResponse(SIGN_IN)


@app.post("/sign-in")
def sign_in(user: Annotated[str, Form()]) -> Response:
    state = secrets.token_urlsafe(32)  # here the password was right; from here on it is about security info
    person = {"id": user, "userPrincipalName": f"{user}@northbridge.example", "displayName": user}
    question = {"user": person, "returnUrl": f"http://127.0.0.1:{PORT}/return", "state": state, "amr": ["pwd"]}
    interrupt = call("POST", "/v1.0/interrupts", question | {"authenticatedAt": datetime.now(UTC).isoformat()})
    if "url" not in interrupt:
        return HTMLResponse(f"<h1>Signed in</h1><p>{html.escape(user)} has nothing to set up.")
    waiting[state] = (user, interrupt["id"])
    response = RedirectResponse(interrupt["url"], 303)
    response.set_cookie("state", state, httponly=True, samesite="lax")
    return response


@app.get("/return")
def way_back(state: str, result: str, started: Annotated[str, Cookie(alias="state")] = "") -> HTMLResponse:
    if started != state or state not in waiting:
        raise HTTPException(400, "This browser did not start this sign-in.")
    user, interrupt = waiting[state]
    try:
        check(result, user, interrupt, state)
    except (JoseError, ValueError):
        raise HTTPException(400, "This result is not the answer to this sign-in.") from None
    outcome = call("GET", f"/v1.0/interrupts/{interrupt}")  # the authority
    found = f"{outcome['status']} with {', '.join(outcome['methods']) or 'no method'}"
    return HTMLResponse(f"<h1>Signed in</h1><p>Checked for {html.escape(user)}: {found}.")


if __name__ == "__main__":
    uvicorn.run(app, port=PORT, access_log=False)  # an access log would keep state and result
