"""An engine that misbehaves: fake_engine.py SOCKET FOLDER BEHAVIOUR

Speaks Docker's API on a Unix socket from files: GET /v1.41/images/x/json is FOLDER/images_x_json.
Ends when its standard input is closed. It behaves as told from the second request on, the first
being the greeting:

  good     as an engine should
  endless  bodies that never end
  cut      bodies that announce their length and stop half-way
  torn     the same in chunks, the last of which never comes
  dripping the head of an answer, and then nothing
  refuse   HTTP 500 with a reason
  foreign  a greeting as another service would give it
  ancient  a greeting of an engine of 2015
"""

import json
import os
import socket
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SOCKET, FOLDER, BEHAVIOUR = sys.argv[1:]
VERSIONS = {"foreign": None, "ancient": "1.21"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def start(self, status, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def whole(self, status, body, *headers):
        self.start(status, ("Content-Length", str(len(body))), *headers)
        self.wfile.write(body)

    def chunk(self, body):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))

    def misbehave(self, body):
        self.close_connection = True
        if BEHAVIOUR == "cut":
            self.start(200, ("Content-Length", str(len(body))))
            self.wfile.write(body[: len(body) // 2])
        elif BEHAVIOUR == "torn":
            self.start(200, ("Transfer-Encoding", "chunked"))
            self.chunk(body[: len(body) // 2])
        elif BEHAVIOUR == "dripping":
            self.start(200, ("Content-Length", str(len(body))))
            time.sleep(20)
        elif BEHAVIOUR == "endless":
            self.start(200, ("Transfer-Encoding", "chunked"))
            while True:
                self.chunk(b"[" * 65536)
        else:
            reason = {"message": "the disk is \x1b[31mfull"}
            self.whole(500, json.dumps(reason).encode())

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/_ping":
            version = VERSIONS.get(BEHAVIOUR, "1.41")
            return self.whole(200, b"OK", *([("Api-Version", version)] if version else []))
        name = urllib.parse.unquote(url.path).split("/", 2)[2].replace("/", "_")
        path = os.path.join(FOLDER, name)
        if not os.path.isfile(path):
            return self.whole(404, b'{"message":"there is no such thing"}')
        with open(path, "rb") as stream:
            body = stream.read()
        try:
            if BEHAVIOUR != "good":
                return self.misbehave(body)
            self.start(200, ("Transfer-Encoding", "chunked"))
            for begin in range(0, len(body), 30000):
                self.chunk(body[begin : begin + 30000])
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            pass  # the client has had enough


class Server(ThreadingHTTPServer):
    address_family = socket.AF_UNIX
    daemon_threads = True

    def server_bind(self):
        self.socket.bind(self.server_address)

    def handle_error(self, request, client_address):
        pass


def main():
    server = Server(SOCKET, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


main()
