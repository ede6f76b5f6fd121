#!/usr/bin/env python3
"""token-server.py PORT KEY CERTIFICATE LOG: gives tokens as distribution's registry wants them.

JSON Web Tokens, signed with RS256 by openssl, which carry their certificate (x5c). Every user may pull from all
repositories; `writer` with the password `right` may push to team/ and other/. Whoever gives no password is nobody and may do
nothing. LOG gets a line for each question: the user, its scopes and what is allowed.
"""

import base64
import http.server
import json
import subprocess
import sys
import time
import urllib.parse

PORT, KEY, CERTIFICATE, LOG = sys.argv[1:5]
PASSWORDS = {"writer": "right", "reader": "right"}


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def certificate():
    pem = open(CERTIFICATE).read()
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def token(user, service, access):
    now = int(time.time())
    head = {"typ": "JWT", "alg": "RS256", "x5c": [certificate()]}
    claims = {
        "iss": "plimsoll-tests", "sub": user, "aud": service, "iat": now, "nbf": now - 10, "exp": now + 300,
        "jti": str(time.time_ns()), "access": access,
    }
    signed = b".".join(text(json.dumps(part).encode()) for part in (head, claims))
    signer = ["openssl", "dgst", "-sha256", "-sign", KEY, "-binary"]
    signature = subprocess.run(signer, input=signed, stdout=subprocess.PIPE, check=True).stdout
    return (signed + b"." + text(signature)).decode()


def allowed(user, name, actions):
    may = {"pull"} if user else set()
    if user == "writer" and name.split("/")[0] in ("team", "other"):
        may.add("push")
    return [action for action in actions if action in may]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value, *headers):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, header in headers:
            self.send_header(name, header)
        self.end_headers()
        self.wfile.write(body)

    def user(self):
        """The user, `""` for nobody, or None where the password is wrong."""
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return ""
        user, _, password = base64.b64decode(value).decode().partition(":")
        return user if PASSWORDS.get(user) == password else None

    def do_GET(self):
        fields = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        user = self.user()
        if user is None:
            details = {"details": "incorrect username or password"}
            return self.answer(401, details, ("WWW-Authenticate", 'Basic realm="tokens"'))
        access = []
        for scope in " ".join(fields.get("scope", [])).split():
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": allowed(user, name, actions.split(","))})
        with open(LOG, "a") as log:
            log.write(f"{user or '-'} {fields.get('scope', [])} {json.dumps(access)}\n")
        value = token(user, fields["service"][0], access)
        self.answer(200, {"token": value, "access_token": value, "expires_in": 300})

    def do_POST(self):
        # Like the token servers of old: no OAuth 2 here.
        self.answer(404, {"errors": [{"code": "UNSUPPORTED", "message": "no such page"}]})

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(PORT)), Handler).serve_forever()
