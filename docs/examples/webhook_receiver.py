"""Takes messages of the notifier, as docs/webhook.md says, and prints them. Nothing but Python is needed."""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
PORT = int(os.environ.get("WEBHOOK_PORT", "8060"))
MOST = 64 * 1024
taken: set[str] = set()  # yours belongs into a database: the same message may come again


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST))
        if not self.is_genuine(body):
            return self.answer(401, {"error": "signature"})
        message = json.loads(body)["data"]
        if message["id"] in taken:
            return self.answer(409, {"id": message["id"]})
        if message["channel"] == "sms" and not message["to"].startswith("+"):
            return self.answer(422, {"error": "destination"})
        taken.add(message["id"])
        print(message["channel"], message["to"], message["text"], flush=True)
        return self.answer(202, {"id": message["id"]})

    def is_genuine(self, body: bytes) -> bool:
        message_id, at = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "")
        if not at.isdecimal() or abs(time.time() - int(at)) > 300:
            return False
        signed = hmac.new(KEY, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(signed)
        given = self.headers.get("webhook-signature", "").encode().split(b" ")
        return any(hmac.compare_digest(expected, one) for one in given)

    def answer(self, status: int, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
