"""Parsers of what strangers send: whatever the bytes, it is read or refused as the parser says, and quickly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from joserfc.jwk import ECKey, KeySet
from pydantic import SecretBytes, ValidationError

from deploy.local.places import ROOT
from schemas.envelope import decode as decode_event
from schemas.verification import ChallengeTerms
from services.enrollment.api.paging import _key
from services.enrollment.challenges.api.routes import _wait
from services.enrollment.config import Config
from services.enrollment.i18n import preferred
from services.enrollment.methods.email.domain import parse_address
from services.enrollment.methods.hardware_oath.domain.imported import TokenFileError
from services.enrollment.methods.hardware_oath.files.reading import read_tokens
from services.enrollment.methods.passkey.handlers import credential_id_of
from services.enrollment.methods.phone.domain import parse_extension, parse_number
from services.enrollment.policies.domain.document import PolicyDocument, document_of, lint_document
from services.enrollment.tokens import _claimed, _verified
from services.kit.config.file import ConfigError, load_config
from services.kit.crypto import device as protocol
from services.kit.crypto.device import DevicePrivateKey, DeviceTokenError, PushSubscription
from services.kit.crypto.sealing import decode, encode
from services.kit.errors import ProblemError
from services.kit.telemetry import read_traceparent, redact, redact_query
from services.notifier.http import _parameters
from services.notifier.providers.network import is_public
from services.notifier.providers.twilio import read_receipt
from services.verifier.domain.base import Judgement, Right
from services.verifier.domain.credential import Credential, bound
from services.verifier.methods.passkey import PasskeyMethod, PublicKey
from tests.attack.attacks import callbacks
from tests.attack.attempt import Attempt, Plan
from tests.attack.scene import Scene
from tests.attack.target import signed
from tests.support.builders.challenges import TENANT, USER
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import SIGNED, asked_for, credential_submitted, passkey, passkey_part
from tests.support.builders.token_files import ENCRYPTED, PRE_SHARED_KEY, csv_text, key_package, pskc
from tests.support.clock import NOON
from tests.support.servers.push_service import Browser

FEWEST = 20
"""Inputs for each parser where nothing else is asked for."""
SLOW = 1.0
"""Seconds of the processor that no input may take."""
ALIKE = b'{}[]",:.\\<>&;=%\x00\xff\n-0129eE+@/ '


class TooSlowError(Exception):
    """An input that takes its time."""


@dataclass(frozen=True)
class Parser:
    """`refuses` are the errors that its documentation names; `samples` are inputs that it takes."""

    name: str
    read: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    samples: Sequence[bytes]

    @property
    def inputs(self) -> SearchStrategy[bytes]:
        """Anything, text, and damaged samples."""
        anything = st.binary(max_size=400) | st.text(max_size=200).map(_encoded)
        return anything | damaged(self.samples) if self.samples else anything


async def total(_: Scene, plan: Plan) -> AsyncIterator[Attempt]:
    """All of them. An input that breaks one is made as short as possible, and shown."""
    known = await asyncio.to_thread(parsers)
    count = max(FEWEST, plan.requests // len(known))
    for number, parser in enumerate(known):
        why = await asyncio.to_thread(_broken, parser, count, number)
        for _tried in range(count - 1):
            yield Attempt(parser.name, 0)
        yield Attempt(parser.name, 0, why)


def _broken(parser: Parser, count: int, of_seed: int) -> str:
    @seed(of_seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(parser.inputs)
    def read(content: bytes) -> None:
        began = thread_time()
        try:
            with suppress(*parser.refuses):
                parser.read(content)
        except Exception as error:
            error.add_note(f"input {content!r}")
            raise
        if thread_time() - began > SLOW:
            raise TooSlowError(f"input {content!r}")

    try:
        read()
    except Exception as error:  # noqa: BLE001 # that is what is looked for
        return f"{type(error).__name__}: {error} {getattr(error, '__notes__', '')}"[:500]
    return ""


@st.composite
def damaged(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """A sample with a few bytes cut out, put in, repeated, or replaced by such that parsers care about."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(content)))
        end = draw(st.integers(begin, min(len(content), begin + 40)))
        piece = draw(
            st.binary(max_size=4)
            | st.lists(st.sampled_from(ALIKE), min_size=1, max_size=3).map(bytes)
            | st.just(bytes(content[begin:end] * 50))
        )
        content[begin:end] = piece
    return bytes(content)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """As a header or a body is decoded that is not UTF-8."""
    return lambda content: read(content.decode("utf-8", "replace"))


def parsers() -> list[Parser]:
    """All that read what a stranger, an administrator or a topic gives."""
    key = DevicePrivateKey.generate()
    public, refused = key.public, (DeviceTokenError,)
    activation = protocol.sign_activation(key, code="1", device_name="Phone", aud="http://localhost", at=NOON)
    request = protocol.sign_request(
        key, device_id="d" * 36, aud="http://localhost", htm="GET", htu="http://localhost/x", at=NOON
    )
    answer = protocol.sign_answer(
        key, device_id="d" * 36, challenge_id="c" * 36, nonce="n" * 22, decision="approve", number="01", at=NOON
    )
    tokens = [token.encode() for token in (activation, request, answer, _bearer())]
    files = [pskc(key_package()), ENCRYPTED.encode(), csv_text("a@b.example,1001,GEZDGNBVGY3TQOJQ,30,M,X")]
    subscription = Browser().subscription("https://push.example/x").to_json()
    return [
        Parser("activation of a device", _text(protocol.read_activation), refused, tokens),
        Parser("request of a device", _text(lambda text: protocol.read_request(text, public)), refused, tokens),
        Parser("answer of a device", _text(lambda text: protocol.read_answer(text, public)), refused, tokens),
        Parser("id of a device's key", _text(protocol.token_key_id), (), tokens),
        Parser("push subscription", PushSubscription.from_json, refused, [subscription]),
        Parser("issuer of a bearer token", _text(_claimed), (ProblemError,), tokens),
        Parser("bearer token", _text(lambda text: _verified(text, KeySet([CLIENT]))), (ProblemError,), tokens),
        Parser("phone number", _text(lambda text: parse_number(text, None)), (ProblemError,), [b"+447700900142"]),
        Parser("number in Britain", _text(lambda text: parse_number(text, "GB")), (ProblemError,), [b"020 7946 0000"]),
        Parser("extension", _text(parse_extension), (ProblemError,), [b"123"]),
        Parser("mail address", _text(parse_address), (ProblemError,), [b"sam@northbridge.example"]),
        Parser("file of tokens", lambda content: read_tokens(content, _pre_shared()), (TokenFileError,), files),
        Parser("policy", _policy, (ValidationError,), [_policy_sample()]),
        Parser("configuration", _configuration, (ConfigError,), [_config_sample()]),
        Parser("event", _event, (), [b'{"challengeId":"c","methodId":"m","reason":"cancelled"}']),
        *_passkeys(),
        Parser("form of a provider", lambda body: read_receipt(dict(_parameters(body))), (), [_CALLBACK]),
        *(Parser(*reader) for reader in callbacks.readers()),
        Parser("languages of a browser", _text(preferred), (), [b"de-AT,de;q=0.9,en;q=0.8,*;q=0.1"]),
        Parser("place in a list", _text(_key), (ProblemError,), [b"c2FtLjE"]),
        Parser("Prefer", _text(_wait), (), [b"respond-async, wait=10"]),
        Parser(
            "traceparent", _text(read_traceparent), (), [b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]
        ),
        Parser("query for the log", _text(redact_query), (), [b"ticket=abc&x=1"]),
        Parser("text for the log", _text(redact), (), [b"see ?ticket=abc#x"]),
        Parser("address of a host", _text(is_public), (), [b"64:ff9b::7f00:1"]),
    ]


_CALLBACK = b"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30005"


CLIENT = ECKey.generate_key("P-256", {"kid": "k"}, private=True)


def _bearer() -> str:
    claims: Mapping[str, Any] = {"iss": "northbridge", "aud": "http://localhost", "iat": 1, "exp": 2, "jti": "j"}
    return signed(CLIENT, claims)


def _pre_shared() -> SecretBytes:
    return SecretBytes(PRE_SHARED_KEY)


def _policy(content: bytes) -> object:
    return lint_document(PolicyDocument.model_validate_json(content))


def _policy_sample() -> bytes:
    config = load_config(Config, ROOT / "deploy" / "demo" / "config.yaml")
    tenant = config.tenants["northbridge"]
    return document_of(tenant.groups, tenant.default_group).model_dump_json(by_alias=True).encode()


def _configuration(content: bytes) -> object:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(content)
        return load_config(Config, path, {})


def _config_sample() -> bytes:
    return (ROOT / "deploy" / "demo" / "config.yaml").read_bytes()


def _event(content: bytes) -> None:
    """As every type in turn, with attributes from the same bytes."""
    text = content.decode("latin-1")[:40]
    headers = {"ce_id": "1", "ce_source": "x", "ce_time": NOON.isoformat(), "ce_tenant": "t"}
    for kind in ("ChallengeCancelled", "MethodRequested", "MethodVerified", "AnswersSubmitted", text):
        decode_event({**headers, "ce_type": kind}, content)
        decode_event({**headers, "ce_type": kind, "ce_time": text, "ce_sequence": text}, content)


def _examined(terms: ChallengeTerms, credential: str, kept: Credential | None = None) -> Judgement:
    """What the verifier makes of a credential."""
    proof = PasskeyMethod(keyring("verifier")).read(credential_submitted(terms, credential), tenant=TENANT, user=USER)
    return asyncio.run(proof.examine(kept))


def _passkeys() -> list[Parser]:
    """The JSON of a browser, and the CBOR and the bytes in it."""
    key = passkey()
    new = asked_for("passkey", "registration", purpose="registration", passkey=passkey_part())
    terms = asked_for("passkey", passkey=passkey_part())
    created, got = json.loads(key.create(SIGNED)), json.loads(key.get(SIGNED))
    judgement = _examined(new, json.dumps(created))
    assert isinstance(judgement, Right)
    assert isinstance(judgement.binds, PublicKey)
    kept = bound(judgement.binds, tenant=TENANT, user=USER, method_id="method-1", challenge="c", at=NOON)

    def within(credential: dict[str, Any], name: str, content: bytes) -> str:
        return json.dumps({**credential, "response": {**credential["response"], name: encode(content)}})

    def sample(credential: dict[str, Any], name: str) -> list[bytes]:
        return [decode(credential["response"][name])]

    whole = [json.dumps(credential).encode() for credential in (created, got)]
    return [
        Parser("new passkey", _text(lambda text: _examined(new, text)), (), whole),
        Parser("signed passkey", _text(lambda text: _examined(terms, text, kept)), (), whole),
        Parser("id of a passkey", _text(credential_id_of), (ProblemError,), whole),
        Parser(
            "CBOR of a new passkey",
            lambda content: _examined(new, within(created, "attestationObject", content)),
            (),
            sample(created, "attestationObject"),
        ),
        Parser(
            "client data of a new passkey",
            lambda content: _examined(new, within(created, "clientDataJSON", content)),
            (),
            sample(created, "clientDataJSON"),
        ),
        Parser(
            "authenticator data of a passkey",
            lambda content: _examined(terms, within(got, "authenticatorData", content), kept),
            (),
            sample(got, "authenticatorData"),
        ),
    ]
