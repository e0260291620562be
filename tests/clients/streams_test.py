#!/usr/bin/env python3
"""Long and odd conversations with a real dockerd, on its own socket and through the guard.

usage: streams_test.py --portique PROGRAM [TEST...]

Terminals, streams that end at one side first, large copies, clients that go away: what comes out has to be
the same, and nothing may be left behind.
"""

import fcntl
import hashlib
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

import guarded_engine
from guarded_engine import ADMIN, DEVELOPER, need, run

MEBIBYTE = 1 << 20
LARGE = 200 * MEBIBYTE


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, words, rows=24, columns=80):
        self.text = ""
        self.master, slave = pty.openpty()
        self.resize(rows, columns)

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [str(word) for word in words], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal,
            env={**os.environ, "HOME": "/nonexistent", "TERM": "dumb"})
        os.close(slave)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGWINCH)

    def type(self, text):
        os.write(self.master, text.encode())

    def read_until(self, pattern, seconds=20):
        """Everything up to and with the pattern, which is taken away."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text)
            if found:
                before, self.text = self.text[:found.end()], self.text[found.end():]
                return before
            readable, _, _ = select.select([self.master], [], [], max(deadline - time.monotonic(), 0))
            try:
                part = os.read(self.master, 65536) if readable else b""
            except OSError:  # the other side is closed
                part = b""
            if not part:
                raise AssertionError(f"{pattern!r} never came, but {self.text!r}")
            self.text += part.decode(errors="replace")

    def close(self):
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            os.close(self.master)


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def connections_of(path):
    """How many clients an engine's or a guard's socket has now."""
    listed = run([need("ss"), "-xH"]).stdout.splitlines()
    # The guard's is bound under a name of its own and moved to its place.
    bound = re.compile(rf" {re.escape(str(path))}(\.\d+)? ")
    return sum(1 for line in listed if bound.search(line) and "ESTAB" in line)


class Streams(guarded_engine.GuardedEngineTest):
    def both(self):
        """Each way to the engine, and what is said about it."""
        return (("direct", self.direct, ADMIN), ("guarded", self.guarded, ADMIN),
                ("developer", self.guarded, DEVELOPER))

    def words(self, host, *words, uid=ADMIN):
        as_user = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups"] if uid else []
        return [*as_user, self.docker_path, "-H", host, *words]

    def popen(self, host, *words, uid=ADMIN, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.words(host, *words, uid=uid), env={**os.environ, "HOME": "/nonexistent"},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def remove(self, *names):
        # Through the guard, which would believe for a moment that they are still there.
        run([self.docker_path, "-H", self.guarded, "rm", "-f", *names])

    # --- terminals ------------------------------------------------------------------------------

    def session_with_terminal(self, host, uid):
        """All that a person sees who sizes, interrupts, leaves, returns and ends."""
        seen = []
        words = ("run", "-it", "--name", "term", "--network", "none", "-e", "PS1=> ", "busybox", "sh")
        terminal = Terminal(self.words(host, *words, uid=uid), 33, 101)
        seen.append(terminal.read_until("> "))
        time.sleep(0.3)  # the client sends its size after it has attached
        terminal.type("stty size\n")
        seen.append(terminal.read_until(r"33 101\r\n> "))
        terminal.resize(44, 120)
        time.sleep(0.5)
        terminal.type("stty size\n")
        # The shell draws its line anew as often as it is told of a size.
        seen.append(re.sub(r"(\r> \x1b\[J)+", "", terminal.read_until(r"44 120\r\n> ")))
        terminal.type("sleep 100\n")
        seen.append(terminal.read_until(r"sleep 100\r\n"))
        time.sleep(0.3)
        terminal.type("\x03")
        seen.append(terminal.read_until(r"\^C\r\n> "))
        terminal.type("echo $?\n")
        seen.append(terminal.read_until(r"130\r\n> "))
        terminal.type("\x10\x11")
        seen.append(("left", terminal.close()))
        running = self.docker_does(self.direct, "inspect", "-f", "{{.State.Running}}", "term")
        self.assertEqual(running, "true\n")
        terminal = Terminal(self.words(host, "attach", "term", uid=uid))
        time.sleep(0.5)
        terminal.type("echo re-\"attached\"\n")
        terminal.read_until(r"re-attached\r\n> ")
        executed = Terminal(self.words(host, "exec", "-it", "-e", "PS1=# ", "term", "sh", uid=uid), 20, 70)
        executed.read_until("# ")
        time.sleep(0.3)
        executed.type("stty size; exit 5\n")
        executed.read_until(r"20 70\r\n")
        seen.append(("exec", executed.close()))
        terminal.type("exit 3\n")
        terminal.read_until("exit 3\r\n")
        seen.append(("ended", terminal.close()))
        return seen

    def test_terminals(self):
        told = {}
        for name, host, uid in self.both():
            with self.subTest(name):
                try:
                    told[name] = self.session_with_terminal(host, uid)
                finally:
                    self.remove("term")
                self.assertEqual(told[name], told["direct"])
        self.assertEqual(told["direct"][-3:], [("left", 0), ("exec", 5), ("ended", 3)])

    # --- what ends at one side first ------------------------------------------------------------

    def test_input_that_ends(self):
        content = os.urandom(3 * MEBIBYTE)
        for name, host, uid in self.both():
            with self.subTest(name):
                ran = run(self.words(host, "run", "-i", "--rm", "--network", "none", "busybox", "cat", uid=uid),
                          input=content, text=False)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                self.assertEqual(hashlib.sha256(ran.stdout).digest(), hashlib.sha256(content).digest())
                script = "wc -c; echo and then; echo beside >&2; exit 4"
                ran = run(self.words(host, "run", "-i", "--rm", "--network", "none", "busybox", "sh", "-c", script,
                                     uid=uid), input="12345")
                self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (4, "5\nand then\n", "beside\n"))

    def test_attached_input_that_ends(self):
        for name, host, uid in self.both():
            with self.subTest(name):
                self.docker_does(host, "create", "-i", "--name", "sink", "--network", "none", "busybox", "cat", uid=uid)
                try:
                    ran = run(self.words(host, "start", "-ai", "sink", uid=uid), input="hi\nho\n")
                    self.assertEqual((ran.returncode, ran.stdout), (0, "hi\nho\n"), ran.stderr)
                finally:
                    self.remove("sink")

    def test_logs_that_are_followed(self):
        script = "i=0; while [ $i -lt 40 ]; do echo line $i; echo other $i >&2; i=$((i+1)); sleep 0.02; done; exit 9"
        for name, host, uid in self.both():
            with self.subTest(name):
                self.docker_does(host, "run", "-d", "--name", "talks", "--network", "none", "busybox", "sh", "-c",
                                 script, uid=uid)
                try:
                    ran = run(self.words(host, "logs", "-f", "talks", uid=uid))
                    self.assertEqual(ran.returncode, 0, ran.stderr)
                    self.assertEqual(ran.stdout, "".join(f"line {i}\n" for i in range(40)))
                    self.assertEqual(ran.stderr, "".join(f"other {i}\n" for i in range(40)))
                finally:
                    self.remove("talks")

    def come_and_go(self, number, words):
        """Six clients at a time that are there until a signal."""
        clients = [self.popen(self.guarded, *words) for _ in range(6)]
        came = until(lambda: connections_of(self.gate.socket) >= 6, 10)
        time.sleep(0.5)
        for client in clients:
            client.send_signal(number)
        for client in clients:
            client.communicate(timeout=20)
        self.assertTrue(came, "they never reached the guard")
        gone = until(lambda: connections_of(self.gate.socket) == 0, 10)
        self.assertTrue(gone, "the guard still waits for clients")

    def test_a_client_that_goes_away_takes_its_engine_connection_along(self):
        self.docker_does(self.direct, "run", "-d", "--name", "quiet", "--network", "none", "busybox", "sh", "-c",
                         "echo first; exec sleep 600")
        # The gate keeps a few for questions of its own, and ends them when it likes.
        streams = (("logs", "-f", "quiet"), ("events",), ("stats", "quiet"), ("attach", "--no-stdin", "quiet"),
                   ("wait", "quiet"), ("exec", "quiet", "sleep", "600"))
        try:
            for words in streams:
                # Those that ask the person at the terminal what to do end by force.
                for number in (signal.SIGINT, signal.SIGKILL) if words[0] in ("logs", "events") else (signal.SIGKILL,):
                    with self.subTest(f"{words[0]} {number.name}"):
                        # At first the gate gets connections for questions of its own, which it keeps.
                        self.come_and_go(number, words)
                        before, descriptors = connections_of(self.engine.socket), self.gate.descriptors()
                        self.come_and_go(number, words)
                        gone = until(lambda: self.gate.descriptors() <= descriptors + 3, 10)
                        self.assertTrue(gone, f"{self.gate.descriptors()} descriptors, {descriptors} before")
                        if words[0] in ("attach", "exec"):
                            continue  # the engine itself keeps its end until it has something to say
                        gone = until(lambda: connections_of(self.engine.socket) <= before + 1, 10)
                        self.assertTrue(gone, f"{connections_of(self.engine.socket)} connections, {before} before")
        finally:
            self.remove("quiet")

    # --- streams of the engine ------------------------------------------------------------------

    def test_events(self):
        begin = int(time.time()) - 1
        watching = {name: self.popen(host, "events", "--since", str(begin), "--filter", "container=seen", "--format",
                                     "{{.Action}} {{.Actor.Attributes.name}}", uid=uid)
                    for name, host, uid in self.both()}
        self.docker_does(self.guarded, "run", "--rm", "--name", "seen", "--network", "none", "busybox", "true")
        time.sleep(1.5)
        told = {}
        for name, client in watching.items():
            client.send_signal(signal.SIGINT)
            told[name] = client.communicate(timeout=20)[0]
        self.assertIn(b"create seen\n", told["direct"])
        self.assertIn(b"destroy seen\n", told["direct"])
        for name, text in told.items():
            self.assertEqual(text, told["direct"], name)
        # The engine counts by its own clock: what has been is over by now.
        again = {name: run(self.words(host, "events", "--since", str(begin), "--until", str(int(time.time())),
                                      "--format", "{{json .}}", uid=uid)).stdout
                 for name, host, uid in self.both()}
        self.assertIn('"create"', again["direct"])
        for name, text in again.items():
            self.assertEqual(text, again["direct"], name)

    def test_stats(self):
        self.docker_does(self.direct, "run", "-d", "--name", "sleeps", "--network", "none", "busybox", "sleep", "600")
        try:
            for name, host, _ in self.both():
                with self.subTest(name):
                    shown = self.docker_does(host, "stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "sleeps")
                    self.assertEqual(shown, "sleeps 1\n")
                    client = self.popen(host, "stats", "--format", "{{.Name}} {{.PIDs}}", "sleeps")
                    seen = b""
                    while seen.count(b"sleeps 1") < 2:
                        part = os.read(client.stdout.fileno(), 4096)
                        self.assertTrue(part, client.stderr)
                        seen += part
                    client.kill()
                    client.communicate(timeout=20)
        finally:
            self.remove("sleeps")

    # --- large things ---------------------------------------------------------------------------

    def test_large_copies(self):
        source = self.folder / "large"
        block = os.urandom(MEBIBYTE)
        with open(source, "wb") as out:
            for i in range(LARGE // MEBIBYTE):
                out.write(block[i:] + block[:i])
        wanted = self.digest(source)
        for name, host in (("direct", self.direct), ("guarded", self.guarded)):
            with self.subTest(name):
                back = self.folder / f"back-{name}"
                self.docker_does(host, "create", "--name", "holds", "--network", "none", "busybox", "true")
                try:
                    self.docker_does(host, "cp", source, "holds:/large")
                    self.docker_does(host, "cp", "holds:/large", back)
                    self.assertEqual(self.digest(back), wanted)
                    self.docker_does(host, "commit", "holds", f"large-{name}")
                finally:
                    self.remove("holds")
                saved = [self.folder / f"saved-{name}-{i}" for i in range(2)]
                identifier = self.docker_does(host, "image", "inspect", "-f", "{{.Id}}", f"large-{name}")
                self.docker_does(host, "save", "-o", saved[0], f"large-{name}")
                self.docker_does(host, "rmi", f"large-{name}")
                loaded = subprocess.run(["sh", "-c", 'cat "$2" | "$0" -H "$1" load', self.docker_path, host, saved[0]],
                                        capture_output=True, timeout=120)
                self.assertEqual(loaded.returncode, 0, loaded.stderr)
                self.assertEqual(self.docker_does(host, "image", "inspect", "-f", "{{.Id}}", f"large-{name}"),
                                 identifier)
                self.docker_does(host, "save", "-o", saved[1], f"large-{name}")
                self.assertEqual(self.digest(saved[0]), self.digest(saved[1]))
                self.docker_does(host, "rmi", f"large-{name}")
                for file in (*saved, back):
                    file.unlink()
        self.assertLess(self.gate.resident_kib("VmHWM"), 64 << 10, "it held what should flow by")

    @staticmethod
    def digest(path):
        with open(path, "rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()

    # --- other clients --------------------------------------------------------------------------

    def test_dial_stdio(self):
        """What docker does behind `ssh://`: HTTP over the input and output of a client."""
        answers = {}
        for name, host, uid in self.both():
            client = self.popen(host, "system", "dial-stdio", uid=uid, stdin=subprocess.PIPE)
            text = b""
            for target in ("/_ping", "/v1.41/images/json"):
                client.stdin.write(f"GET {target} HTTP/1.1\r\nHost: d\r\n\r\n".encode())
                client.stdin.flush()
                text += os.read(client.stdout.fileno(), 1 << 16)
            rest, errors = client.communicate(timeout=20)
            self.assertEqual((client.returncode, rest), (0, b""), errors)
            answers[name] = re.sub(r"Date: [^\r]*", "", text.decode())
        self.assertEqual(answers["direct"].count("HTTP/1.1 200 OK"), 2)
        for name, text in answers.items():
            self.assertEqual(text, answers["direct"], name)

    def test_http2_is_refused(self):
        curl = need("curl")
        for protocol in ("--http2-prior-knowledge", "--http2"):
            ran = run([curl, "-sS", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}", protocol, "--unix-socket",
                       self.gate.socket, "http://d/_ping"])
            if "not supported" in ran.stderr or "doesn't support" in ran.stderr:
                self.skipTest("this curl has no HTTP/2")
            if protocol == "--http2":  # offers an upgrade, which nobody has to take
                self.assertIn(ran.stdout, ("200", "400"), ran.stderr)
            else:
                self.assertNotEqual(ran.returncode, 0)
                self.assertNotEqual(ran.returncode, 28, "it waited until the client gave up")
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(self.gate.socket))
            client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
            answer = b""
            while part := client.recv(4096):
                answer += part
        self.assertRegex(answer.split(b"\r\n")[0], rb"^HTTP/1\.1 (400|505) ")

    def test_python_sdk(self):
        """Debian's python3-docker, in an interpreter that has it."""
        script = """
import docker, io, sys, tarfile
client = docker.DockerClient(base_url=sys.argv[1])
assert client.ping()
print(client.version()["Os"], client.info()["OSType"])
print(sorted(tag for image in client.images.list() for tag in image.tags))
try:
    client.containers.get("nothing")
except docker.errors.NotFound:
    print("not found")
try:
    client.volumes.get("nothing")
except docker.errors.NotFound:
    print("no volume")
print(client.containers.run("busybox", ["echo", "ran"], network_mode="none", remove=True))
made = client.containers.run("busybox", ["sh", "-c", "echo up; exec sleep 600"], name="sdk", detach=True,
                             network_mode="none", labels={"a": "b"})
try:
    made.reload()
    print(made.status, made.labels, made.exec_run("echo inside"), made.exec_run(["sh", "-c", "exit 3"]))
    print(made.exec_run(["sh", "-c", "echo out; echo err >&2"], demux=True))
    for _ in range(10):  # the end comes as close behind the beginning as can be
        sock = made.exec_run("cat", stdin=True, socket=True).output
        sock._sock.sendall(b"half\\n")
        sock._sock.shutdown(1)
        got = b""
        while part := sock.read(100):
            got += part
        print(got)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        entry = tarfile.TarInfo("file")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"12345"))
    print(made.put_archive("/tmp", packed.getvalue()))
    parts, state = made.get_archive("/tmp/file")
    print(state["size"], len(b"".join(parts)))
    print(next(iter(made.logs(stream=True))), made.top()["Titles"], "pids_stats" in made.stats(stream=False))
    made.stop(timeout=0)
    print(made.wait()["StatusCode"])
finally:
    made.remove(force=True)
image, log = client.images.build(fileobj=io.BytesIO(b"FROM busybox\\nLABEL x=y\\nRUN true\\n"), tag="sdk-built",
                                 network_mode="none", rm=True)
print(image.labels, image.tags)
client.images.remove("sdk-built")
volume = client.volumes.create("sdk-volume")
volume.remove()
network = client.networks.create("sdk-network")
network.remove()
print(type(next(client.events(decode=True, since=0))))
"""
        interpreter = next((path for path in (sys.executable, "/usr/bin/python3")
                            if run([path, "-c", "import docker"]).returncode == 0), None)
        if not interpreter:
            self.skipTest("python3-docker is not installed")
        told = {}
        for name, host, uid in self.both():
            ran = run([interpreter, "-c", script, host], uid)
            self.assertEqual(ran.returncode, 0, f"{name}: {ran.stderr}")
            told[name] = ran.stdout
            self.assertEqual(told[name], told["direct"], name)


if __name__ == "__main__":
    guarded_engine.main()
