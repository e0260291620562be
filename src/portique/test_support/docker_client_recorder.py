"""What Docker's own client sends for command lines: docker_client_recorder.py LINES [CLIENT]

LINES is a file with one JSON array of words a line. For each the client is run against an engine that only
takes down what it is asked, and a line {"words": [...], "requests": [{"method", "target", "body"}]} is printed;
`body` is there if it is JSON, without members that
hold nothing. Pings and sizes of terminals are left out. The client runs in a folder that holds what the lines name:
env.list, labels.list, seccomp.json, Dockerfile, image.tar. Without a client the exit status is 77.
"""

import json
import os
import pty
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler

CONTAINER = "0" * 64
EXEC = "1" * 64
REQUESTS = []

ANSWERS = [
    ("POST", "/containers/create", 201, {"Id": CONTAINER, "Warnings": []}),
    ("POST", "/exec", 201, {"Id": EXEC}),
    ("POST", "/commit", 201, {"Id": "sha256:" + "2" * 64}),
    ("POST", "/wait", 200, {"StatusCode": 0}),
    ("POST", "/volumes/create", 201, {"Name": "v"}),
    ("POST", "/networks/create", 201, {"Id": "3" * 64}),
    ("POST", "/services/create", 201, {"ID": "4" * 25}),
    ("POST", "/secrets/create", 201, {"ID": "5" * 25}),
    ("POST", "/configs/create", 201, {"ID": "6" * 25}),
    ("POST", "/swarm/init", 200, "7" * 25),
    ("POST", "/auth", 200, {"Status": "Login Succeeded"}),
    ("GET", "/exec/" + EXEC + "/json", 200, {"ID": EXEC, "Running": False, "ExitCode": 0}),
    ("GET", "/plugins/privileges", 200, []),
    ("GET", "/info", 200, {"Swarm": {"LocalNodeState": "active", "ControlAvailable": True}}),
]
INSPECTED = {
    "Id": CONTAINER,
    "ID": "4" * 25,
    "Name": "/web",
    "State": {"Running": True, "Status": "running"},
    "Config": {"Tty": False, "Labels": {}},
    "HostConfig": {"AutoRemove": False},
    "NetworkSettings": {"Networks": {}},
    "Mounts": [],
    "Version": {"Index": 9},
    "Spec": {"TaskTemplate": {"ContainerSpec": {}}, "Mode": {"Replicated": {"Replicas": 1}}},
}


# Of these, members without content mean something.
MAPS = ("ExposedPorts", "Volumes", "Labels", "Tmpfs", "Options", "EndpointsConfig")
PATHS = ("MaskedPaths", "ReadonlyPaths")


def without_defaults(value, keep=False):
    """The value without what says nothing: null, false, 0, "", [], {}."""
    if isinstance(value, list):
        return [without_defaults(one) for one in value]
    if not isinstance(value, dict):
        return value
    stripped = {name: without_defaults(one, name in MAPS) for name, one in value.items()}
    nothing = (None, False, 0, "", [], {}, [0, 0])
    return {name: one for name, one in stripped.items()
            if keep or one not in nothing or (name in PATHS and one is not None)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def address_string(self):
        return "unix"

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send(self, status, value):
        body = b"" if status == 204 else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Docker-Plugin-Name", "mine:latest")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def hijack(self):
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "tcp")
        self.end_headers()
        self.close_connection = True

    def handle_request(self):
        path = self.path.split("?")[0]
        content = self.body() if self.headers.get("Upgrade") != "h2c" else b""
        if path.endswith(("/_ping", "/resize")):
            return self.send(200, "OK")
        request = {"method": self.command, "target": self.path}
        if "json" in self.headers.get("Content-Type", "") and content.strip():
            request["body"] = without_defaults(json.loads(content))
        REQUESTS.append(request)
        if self.headers.get("Upgrade") == "tcp":
            return self.hijack()
        for method, ending, status, value in ANSWERS:
            if method == self.command and path.endswith(ending):
                return self.send(status, value)
        if self.command == "GET" and (path.count("/") >= 3 or path.endswith("/swarm")):
            return self.send(200, INSPECTED)
        if path.endswith(("/start", "/stop", "/kill", "/rename", "/restart", "/pause", "/unpause")):
            return self.send(204, None)
        return self.send(200, [] if self.command in ("GET", "DELETE") else {})

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_request


class Engine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def fill(folder):
    files = {
        "env.list": "# a comment\nFROM_FILE=1\nEMPTY=\n",
        "labels.list": "from.file=yes\n",
        "seccomp.json": '{\n  "defaultAction": "SCMP_ACT_ALLOW"\n}\n',
        "Dockerfile": "FROM scratch\n",
        "image.tar": "",
    }
    for name, content in files.items():
        with open(os.path.join(folder, name), "w") as out:
            out.write(content)


def run(client, words, environment, here):
    # Some lines ask for a terminal, and get one.
    terminal = None
    if any(word in ("-it", "-dit", "-ti") for word in words):
        terminal, end = pty.openpty()
    else:
        end = os.open(os.devnull, os.O_RDWR)
    try:
        subprocess.run([client] + words, stdin=end, stdout=end, stderr=end, env=environment, cwd=here, timeout=20)
    except subprocess.TimeoutExpired:
        pass
    for descriptor in filter(None, (terminal, end)):
        os.close(descriptor)


def main():
    client = shutil.which(sys.argv[2] if len(sys.argv) > 2 else "docker")
    if not client:
        return 77
    with tempfile.TemporaryDirectory() as folder, open(sys.argv[1]) as lines:
        address = os.path.join(folder, "engine.sock")
        engine = Engine(address, Handler)
        threading.Thread(target=engine.serve_forever, daemon=True).start()
        here = os.path.join(folder, "work")
        os.mkdir(here)
        fill(here)
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "DOCKER_BUILDKIT": "0",
                       "DOCKER_HOST": "unix://" + address, "FROM_ENVIRONMENT": "seen"}
        for line in lines:
            words = json.loads(line)
            REQUESTS.clear()
            run(client, words, environment, here)
            text = json.dumps({"words": words, "requests": REQUESTS})
            print(text.replace(here, "/here").replace(address, "/engine.sock"), flush=True)
        engine.shutdown()
    return 0


sys.exit(main())
