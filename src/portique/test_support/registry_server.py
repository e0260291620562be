"""A registry of the tests: registry_server.py LAYOUT [KEYS]

Serves the first image of an OCI layout as any tag of any repository, on a free port of 127.0.0.1, and
misbehaves as the first part of the repository's name says. A second server is where it redirects to.
Prints "HOST:PORT OTHER_HOST:PORT", and ends when its standard input is closed. With KEYS, a folder that has
server.pem and server.key, the first speaks https.

what goes wrong with layers:
  wrong-digest    other bytes of the same length       endless      a body without end
  longer          a length larger than the body's      shorter      a length smaller than the body's
  drip            a few bytes a second                 stall        half of it, then silence
  cut             breaks off in the middle, twice      cut-always   ... each time
  cut-whole       ... and answers a Range with all     cut-lie      ... and with another range
  cut-grow        ... and with another length          cut-login    ... and forgets every login
  busy            429 with Retry-After: 1, twice       busy-long    429 with Retry-After: 9999
  loop            redirects to itself                  missing      404
  missing-config  404 for config and layers
  elsewhere       redirects to the second server       elsewhere-401  ..., which asks for a login
  elsewhere-once  ... by addresses that work once and break off
with manifests:
  wrong-manifest  not what was announced               endless-manifest
  schema1         Docker's schema 1                    deep         JSON of 200,000 brackets
  untyped         Content-Type: application/json       nested       an index of an index
  denied          403 that repeats the login           error        500
with logins (blobs and manifests are as they should be):
  token           a token of its own server; user:secret may be there or not
  token-private   ... only for user:secret, or the refresh token "refresh"
  token-elsewhere a token of the second server         token-plain  ... named by plain http
  token-short     a token that works for two requests  token-huge   an answer without end
  token-header    a token with a line break            token-never  a token that does not work
  basic           Basic user:secret                    negotiate    a kind that nobody knows
with referrers:
  referrers       the API, two entries a page          referrers-tag  the tag schema
  referrers-loop  a page that leads to itself          referrers-away a page that leads elsewhere
  referrers-text  a page for people
"""

import base64
import hashlib
import json
import os
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LOGIN = "Basic " + base64.b64encode(b"user:secret").decode()

COUNTS = {}
LOG = []
TOKENS = {}  # token -> how often it still works
LOCK = threading.Lock()


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Store:
    """The layout's blobs, and what is made of them here."""

    def __init__(self, folder):
        self.folder = folder
        self.made = {}
        with open(os.path.join(folder, "index.json"), "rb") as file:
            self.root = json.load(file)["manifests"][0]["digest"]
        self.config = json.loads(self.read(self.root))["config"]["digest"]
        inner = self.make({"schemaVersion": 2, "mediaType": INDEX, "manifests": [self.descriptor(self.root)]})
        # A second entry, so that the reader has to choose by platform.
        other = dict(inner, digest="sha256:" + "0" * 64, platform={"os": "linux", "architecture": "s390x"})
        self.nested = self.make({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            dict(inner, platform={"os": "linux", "architecture": "amd64"}), other]})["digest"]
        self.referrers = [self.artifact(i) for i in range(5)]

    def make(self, document, **extra):
        content = json.dumps(document).encode()
        self.made[digest_of(content)] = content
        return {"mediaType": document["mediaType"], "digest": digest_of(content), "size": len(content), **extra}

    def artifact(self, number):
        kind = "application/vnd.example.vex" if number % 2 == 0 else "application/vnd.example.sbom"
        content = f"document {number}".encode()
        self.made[digest_of(content)] = content
        empty = b"{}"
        self.made[digest_of(empty)] = empty
        return self.make({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest_of(empty), "size": 2},
            "layers": [{"mediaType": kind, "digest": digest_of(content), "size": len(content)}],
            "subject": self.descriptor(self.root),
        }, artifactType=kind, annotations={"number": str(number)})

    def read(self, digest):
        if digest in self.made:
            return self.made[digest]
        path = os.path.join(self.folder, "blobs", *digest.split(":"))
        if not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    def descriptor(self, digest):
        content = self.read(digest)
        kind = json.loads(content).get("mediaType", MANIFEST)
        return {"mediaType": kind, "digest": digest, "size": len(content)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def count(self):
        with LOCK:
            COUNTS[self.path] = COUNTS.get(self.path, 0) + 1
            return COUNTS[self.path]

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def stream(self, pieces, headers=()):
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()

    def error(self, status, code, message="", headers=()):
        body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self.answer(status, body, headers)

    # --- blobs ---

    def ranged(self, content):
        """(status, headers, rest) for the Range that was asked for."""
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes="):
            return 200, [], content
        start = int(wanted[6:].split("-")[0])
        if start >= len(content):
            return 416, [], b""
        return 206, [("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")], content[start:]

    def cut_blob(self, kind, content):
        resumed = "Range" in self.headers
        status, headers, rest = self.ranged(content)
        if kind == "cut-whole":
            status, headers, rest = 200, [], content
        if kind == "cut-lie" and resumed:
            headers = [("Content-Range", f"bytes 0-{len(content) - 1}/{len(content)}")]
            return self.answer(206, content, headers)
        if kind == "cut-grow" and resumed:
            start = len(content) - len(rest)
            headers = [("Content-Range", f"bytes {start}-{len(content)}/{len(content) + 1}")]
            return self.answer(206, rest + b"x", headers)
        if kind != "cut-always" and self.count() > 2:
            return self.answer(status, rest, headers)
        if kind == "cut-login":
            TOKENS.clear()
        # What lies in the client's buffer is lost with the connection.
        part = rest[: max(1, len(rest) // 2)]
        return self.answer(status, part, headers, length=len(rest))

    def drip(self, content):
        for byte in content:
            yield bytes([byte])
            time.sleep(0.1)

    def halves(self, content):
        yield content[: len(content) // 2]
        time.sleep(30)

    def blob(self, kind, digest):
        content = self.server.store.read(digest)
        if digest == self.server.store.config and content is not None and not kind.endswith("config"):
            kind = "good"
        if content is None or kind in ("missing", "missing-config"):
            return self.error(404, "BLOB_UNKNOWN")
        if kind == "wrong-digest":
            return self.answer(200, content[:-1] + bytes([content[-1] ^ 1]))
        if kind == "endless":
            return self.stream(iter(lambda: b"\0" * 65536, b""))
        if kind == "longer":
            return self.answer(200, content, length=len(content) + 100)
        if kind == "shorter":
            return self.answer(200, content[:-10])
        if kind == "drip":
            return self.stream(self.drip(content), [("Content-Length", str(len(content)))])
        if kind == "stall":
            return self.stream(self.halves(content), [("Content-Length", str(len(content)))])
        if kind.startswith("cut"):
            return self.cut_blob(kind, content)
        if kind == "busy" and self.count() <= 2:
            return self.error(429, "TOOMANYREQUESTS", headers=[("Retry-After", "1")])
        if kind == "busy-long":
            return self.error(429, "TOOMANYREQUESTS", headers=[("Retry-After", "9999")])
        if kind == "loop":
            return self.answer(307, b"", [("Location", self.path)])
        if kind in ("elsewhere", "elsewhere-401", "elsewhere-once"):
            where = f"http://{self.server.other}/{kind}/{self.count()}/{digest}"
            return self.answer(307, b"", [("Location", where)])
        status, headers, rest = self.ranged(content)
        return self.answer(status, rest, headers)

    # --- manifests ---

    def manifest(self, kind, name):
        store = self.server.store
        root = store.nested if kind == "nested" else store.root
        if kind == "referrers-tag" and name.startswith("sha256-"):
            if name != store.root.replace(":", "-"):
                return self.error(404, "MANIFEST_UNKNOWN")
            body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": store.referrers}).encode()
            return self.answer(200, body, [("Content-Type", INDEX)])
        digest = name if ":" in name else root
        content = store.read(digest)
        if content is None or name.startswith("no-"):
            return self.error(404, "MANIFEST_UNKNOWN", "no such manifest")
        headers = [("Docker-Content-Digest", digest)]
        if kind == "wrong-manifest":
            content = content.replace(b'"', b' "', 1)
        if kind == "endless-manifest":
            return self.stream(iter(lambda: b" " * 65536, b""), [("Content-Type", MANIFEST)])
        if kind == "deep":
            return self.answer(200, b"[" * 200_000, [("Content-Type", MANIFEST)])
        if kind == "schema1":
            headers = [("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws")]
            return self.answer(200, b'{"schemaVersion": 1}', headers)
        if kind == "denied":
            return self.error(403, "DENIED", "you sent " + self.headers.get("Authorization", "nothing"))
        if kind == "error":
            return self.error(500, "UNKNOWN")
        if kind == "untyped":
            return self.answer(200, content, headers + [("Content-Type", "application/json; charset=utf-8")])
        return self.answer(200, content, headers + [("Content-Type", json.loads(content).get("mediaType", MANIFEST))])

    # --- referrers ---

    def list_referrers(self, kind, query):
        if not kind.startswith("referrers") or kind == "referrers-tag":
            return self.answer(404, b"404 page not found\n")
        if kind == "referrers-text":
            return self.answer(200, b"<html>", [("Content-Type", "text/html")])
        first = int(query.get("first", "0"))
        entries = self.server.store.referrers[first : first + 2]
        headers = [("Content-Type", INDEX)]
        path = urllib.parse.urlsplit(self.path).path
        if kind == "referrers-loop":
            headers.append(("Link", f'<{self.path}>; rel="next"'))
        elif kind == "referrers-away":
            headers.append(("Link", f'<http://{self.server.other}{path}>; rel="next"'))
        elif first + 2 < len(self.server.store.referrers):
            headers.append(("Link", f'<{path}?first={first + 2}>; rel="next"'))
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()
        return self.answer(200, body, headers)

    # --- logins ---

    def may_enter(self, kind):
        """Whether the request is logged in as its repository wants; else a challenge was sent."""
        sent = self.headers.get("Authorization", "")
        if kind == "basic":
            if sent == LOGIN:
                return True
            self.error(401, "UNAUTHORIZED", headers=[("WWW-Authenticate", 'Basic realm="test"')])
            return False
        if kind == "negotiate":
            self.error(401, "UNAUTHORIZED", headers=[("WWW-Authenticate", "Negotiate abcd==")])
            return False
        if not kind.startswith("token") and kind not in ("cut-login", "elsewhere", "elsewhere-401", "denied"):
            return True
        with LOCK:
            token = sent.removeprefix("Bearer ")
            if TOKENS.get(token, 0) > 0:
                TOKENS[token] -= 1
                return True
        scheme = "https" if self.server.secure and kind != "token-plain" else "http"
        host = self.server.other if kind in ("token-elsewhere", "token-plain") else self.server.name
        if kind == "token-elsewhere":
            scheme = "http"
        challenge = f'Bearer realm="{scheme}://{host}/token/{kind}",service="test",scope="repository:{kind}/app:pull"'
        self.error(401, "UNAUTHORIZED", headers=[("WWW-Authenticate", challenge)])
        return False

    def token(self, kind, query, form):
        if kind == "token-huge":
            return self.stream(iter(lambda: b'{"a":"' + b"x" * 65536, b""))
        if kind == "token-header":
            return self.answer(200, b'{"token": "a\\r\\nX-Evil: 1"}')
        refreshed = form.get("grant_type") == "refresh_token" and form.get("refresh_token") == "refresh"
        if kind == "token-private" and self.headers.get("Authorization") != LOGIN and not refreshed:
            return self.error(401, "UNAUTHORIZED")
        with LOCK:
            token = f"token-{len(TOKENS)}-{time.monotonic_ns()}"
            TOKENS[token] = {"token-short": 2, "token-never": 0}.get(kind, 10**9)
        answer = {"token": token, "expires_in": 300}
        if query.get("service", form.get("service")) != "test" or "repository:" not in query.get(
                "scope", form.get("scope", "")):
            return self.error(400, "UNSUPPORTED")
        return self.answer(200, json.dumps(answer).encode())

    # --- the second server ---

    def elsewhere(self, kind, rest):
        number, _, digest = rest.partition("/")
        if kind == "elsewhere-401":
            challenge = f'Bearer realm="http://{self.server.other}/token/{kind}",service="test"'
            return self.error(401, "UNAUTHORIZED", headers=[("WWW-Authenticate", challenge)])
        content = self.server.store.read(digest)
        if kind == "elsewhere-once" and self.count() > 1:
            return self.error(403, "DENIED")
        status, headers, body = self.ranged(content)
        if kind == "elsewhere-once" and number == "1":
            return self.answer(status, body[: len(body) // 2], headers, length=len(body))
        return self.answer(status, body, headers)

    def note(self):
        line = f"{self.server.name} {self.command} {self.path}"
        for header in ("Authorization", "Cookie", "Range"):
            if header in self.headers:
                line += f" {header.lower()}={self.headers[header]}"
        LOG.append(line)

    def do_GET(self):
        length = int(self.headers.get("Content-Length", "0"))
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/log":
            return self.answer(200, "".join(line + "\n" for line in LOG).encode())
        self.note()
        first, _, rest = url.path[1:].partition("/")
        if first == "token":
            return self.token(rest, query, form)
        if first.startswith("elsewhere"):
            return self.elsewhere(first, rest)
        parts = rest.split("/")
        if first != "v2" or len(parts) < 4:
            return self.error(404, "NAME_UNKNOWN")
        kind, what, name = parts[0], parts[-2], parts[-1]
        if not self.may_enter(kind):
            return None
        if what == "manifests":
            return self.manifest(kind, name)
        if what == "blobs":
            return self.blob(kind, name)
        return self.list_referrers(kind, query)

    do_HEAD = do_GET
    do_POST = do_GET


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, store):
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = store
        self.secure = False
        self.name = f"127.0.0.1:{self.server_address[1]}"
        self.other = self.name

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what is tested


def secure(server, keys):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{keys}/server.pem", f"{keys}/server.key")
    # The handshake is done by the connection's own thread.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.secure = True


def main():
    store = Store(sys.argv[1])
    server, other = Server(store), Server(store)
    server.other = other.name
    if len(sys.argv) > 2 and sys.argv[2]:
        secure(server, sys.argv[2])
    for each in (server, other):
        threading.Thread(target=each.serve_forever, daemon=True).start()
    print(server.name, other.name, flush=True)
    sys.stdin.read()
    os._exit(0)


main()
