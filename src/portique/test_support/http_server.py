"""HTTP server of the tests: http_server.py FOLDER [unix:PATH | tls:CERTIFICATES]

Prints its port, serves 127.0.0.1 or a Unix socket, and ends when its standard input is closed.
With tls: clients must show a certificate of the authority in the folder.

  /files/PATH        the folder's file, with ETag, Last-Modified, Range, If-None-Match
  /weak/PATH         the same without ETag and Range
  /broken/N/PATH     the same as /files, but the first N answers stop in the middle
  /cut/N/PATH        the same as /weak, but the first N answers stop in the middle
  /status/CODE/N     CODE for the first N requests, then 200; Retry-After from ?after=
  /redirect/CODE?to= a redirect
  /loop              redirects to itself
  /endless           a body without end
  /stall             a body that stops coming
  /silent            an answer that never comes
  /headers           the request's own method, headers and body as JSON
  /big-header        a header without end
  /log               every path asked for so far, one a line, with its status
"""

import hashlib
import json
import os
import socket
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = sys.argv[1]
COUNTS = {}
LOG = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def count(self):
        COUNTS[self.path] = COUNTS.get(self.path, 0) + 1
        return COUNTS[self.path]

    def answer(self, status, body=b"", headers=()):
        LOG.append(f"{status} {self.command} {self.path}")
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def cut(self, status, body, headers):
        """Announces all of the body and sends half."""
        LOG.append(f"cut {self.command} {self.path}")
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def file(self, path, strong, broken):
        full = os.path.join(FOLDER, urllib.parse.unquote(path))
        if not os.path.isfile(full):
            return self.answer(404, b"no such file\n")
        with open(full, "rb") as stream:
            body = stream.read()
        if not strong:
            return self.cut(200, body, ()) if broken else self.answer(200, body)
        tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        headers = [("ETag", tag), ("Accept-Ranges", "bytes")]
        if self.headers.get("If-None-Match") == tag:
            return self.answer(304, b"", headers)
        status = 200
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes=") and self.headers.get("If-Range", tag) == tag:
            start = int(wanted[6:].split("-")[0])
            headers.append(("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"))
            body, status = body[start:], 206
        return self.cut(status, body, headers) if broken else self.answer(status, body, headers)

    def stream(self, pieces):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for piece in pieces:
                self.wfile.write(piece)
        except OSError:
            pass

    def slowly(self):
        yield b"some bytes"
        self.wfile.flush()
        time.sleep(5)

    def special(self, name, query):
        if name == "loop":
            return self.answer(302, b"", [("Location", self.path)])
        if name == "endless":
            return self.stream(iter(lambda: b"x" * 65536, b""))
        if name == "stall":
            return self.stream(self.slowly())
        if name == "silent":
            return time.sleep(5)
        if name == "log":
            return self.answer(200, "".join(line + "\n" for line in LOG).encode())
        if name == "big-header":
            return self.answer(200, b"", [(f"X-{i}", "y" * 1000) for i in range(280)])
        seen = {
            "method": self.command,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.sent.decode(),
        }
        return self.answer(200, json.dumps(seen).encode())

    def do_GET(self):
        self.sent = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        kind, _, rest = url.path[1:].partition("/")
        if kind in ("files", "weak"):
            return self.file(rest, kind == "files", False)
        if kind in ("broken", "cut"):
            times, _, path = rest.partition("/")
            return self.file(path, kind == "broken", self.count() <= int(times))
        if kind == "status":
            code, _, times = rest.partition("/")
            if self.count() <= int(times or "999"):
                headers = [("Retry-After", query["after"])] if "after" in query else []
                return self.answer(int(code), b"an error page\n", headers)
            return self.answer(200, b"at last\n")
        if kind == "redirect":
            return self.answer(int(rest), b"", [("Location", query["to"])])
        return self.special(kind, query)

    do_HEAD = do_GET
    do_POST = do_GET


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # clients that hang up are what is tested


class UnixServer(Server):
    address_family = socket.AF_UNIX

    def server_bind(self):
        self.socket.bind(self.server_address)


def make_server(how):
    kind, _, path = how.partition(":")
    if kind == "unix":
        return UnixServer(path, Handler)
    server = Server(("127.0.0.1", 0), Handler)
    if kind == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{path}/server.pem", f"{path}/server.key")
        context.load_verify_locations(f"{path}/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def main():
    server = make_server(sys.argv[2] if len(sys.argv) > 2 else "")
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(0 if isinstance(server, UnixServer) else server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
