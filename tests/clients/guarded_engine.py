"""An engine of the test's own, the gate in front of it, and clients that ask one or the other."""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ENGINE_SCRIPT = SOURCE / "src/portique/test_support/engine_daemon.py"
NOTHING_TO_TEST_WITH = 77
BUSYBOX = "/bin/busybox"
ADMIN, DEVELOPER, NOBODY = 0, 5001, 5004

POLICY = f"""version: 1
name: clients
bindings:
  admin: {{uids: [{ADMIN}]}}
  developer: {{uids: [{DEVELOPER}]}}
"""


class Missing(Exception):
    """Something that a test needs and the machine lacks."""


def need(program):
    found = shutil.which(program)
    if not found:
        raise Missing(f"{program} is not installed")
    return found


def run(words, uid=ADMIN, seconds=120, **options):
    """A program's end, as text; as another local user if `uid` is one."""
    options.setdefault("env", {**os.environ, "HOME": "/nonexistent"})
    if uid:
        words = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", *words]
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    if options.setdefault("text", True):
        options.setdefault("errors", "replace")
    return subprocess.run([str(word) for word in words], capture_output=True, timeout=seconds, **options)


def docker_clients():
    """Every docker client of this machine once: (version, path)."""
    found = {}
    for folder in os.environ["PATH"].split(":") + ["/usr/bin"]:
        path = pathlib.Path(folder) / "docker"
        if path.exists():
            shown = run([path, "--version"]).stdout.split()
            if len(shown) > 2:
                found.setdefault(shown[2].rstrip(","), str(path))
    if not found:
        raise Missing("docker is not installed")
    return sorted(found.items())


class Engine:
    """engine_daemon.py, which takes everything down when its input is closed."""

    def __init__(self, kind="docker", *arguments):
        if os.geteuid() != 0:
            raise Missing("an engine of its own needs root")
        self.kind = kind
        self.process = subprocess.Popen(
            [sys.executable, ENGINE_SCRIPT, kind, *(("", *arguments) if arguments else ())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # it clears up, even if a signal ends the whole group of the test
        )
        line = self.process.stdout.readline().strip()
        if not line.startswith("ready "):
            self.process.communicate()
            raise Missing(line or f"{kind} does not start here")
        self.folder = pathlib.Path(line.split()[1])
        self.socket = self.folder / "engine.sock"

    def close(self):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()

    def docker(self, *words, **options):
        """By root on the engine's own socket; it has to work."""
        ran = run([docker_clients()[0][1], "-H", f"unix://{self.socket}", *words], **options)
        if ran.returncode:
            raise AssertionError(f"docker {words}: {ran.stderr}")
        return ran.stdout.strip()

    def import_busybox(self, folder, name="busybox:latest"):
        """All of busybox under /bin: small, and it does what clients are asked to do."""
        if not os.path.exists(BUSYBOX):
            raise Missing("busybox-static is not installed")
        path = folder / "busybox.tar"
        with tarfile.open(path, "w") as tar:
            for folder_name in ("bin", "tmp", "etc", "root"):
                entry = tarfile.TarInfo(folder_name)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
            tar.add(BUSYBOX, "bin/busybox")
            for program in run([BUSYBOX, "--list"]).stdout.split():
                if program != "busybox":
                    entry = tarfile.TarInfo(f"bin/{program}")
                    entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, "busybox", 0o777
                    tar.addfile(entry)
        self.docker("import", path, name)


class Gate:
    """`portique authz` with a policy of the test's."""

    def __init__(self, portique, folder, engine_socket, policy=POLICY, extra=()):
        self.portique, self.folder = portique, folder
        self.socket, self.trail = folder / "docker.sock", folder / "trail"
        self.policy, self.log = folder / "access.yaml", folder / "authz.log"
        self.policy.write_text(policy)
        words = [portique, "authz", "--policy", self.policy, "--trail", self.trail]
        words += ["--state", folder / "state", "--engine-socket", engine_socket]
        if not any(str(word).startswith("--plugin-socket") for word in extra):
            words += ["--guard-socket", self.socket, "--guard-mode", "0666"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in [*words, *extra]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 20
        while " at " not in self.log.read_text(errors="replace"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                self.process.wait()
                raise AssertionError(self.log.read_text(errors="replace"))
            time.sleep(0.02)

    def resident_kib(self, name="VmRSS"):
        """What the gate holds now; "VmHWM": the most that it ever held."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise AssertionError("the gate is gone")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def denials(self):
        words = ["audit", "search", "--trail", self.trail, "--decision", "deny", "--json"]
        return run([self.portique, *words]).stdout

    def close(self):
        """It has to end by itself, with a trail that is whole."""
        if self.process.poll() is not None:
            raise AssertionError("the gate ended: " + self.log.read_text(errors="replace"))
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        if status:
            raise AssertionError(f"exit {status}: " + self.log.read_text(errors="replace"))
        verified = run([self.portique, "audit", "verify", self.trail])
        if verified.returncode:
            raise AssertionError(verified.stdout + verified.stderr)


class GuardedEngineTest(unittest.TestCase):
    """One engine and one gate for all tests of a class."""

    portique = None
    kind = "docker"
    policy = POLICY
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        cls.cleanup = contextlib.ExitStack()
        cls.addClassCleanup(cls.cleanup.close)
        try:
            folder = tempfile.mkdtemp(prefix="portique-clients-")
            cls.cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
            cls.folder = pathlib.Path(folder)
            cls.folder.chmod(0o755)  # local users look for the guard's socket in it
            cls.docker_path = docker_clients()[-1][1]
            cls.engine = Engine(cls.kind)
            cls.cleanup.callback(cls.engine.close)
            cls.prepare()
        except Missing as reason:
            raise unittest.SkipTest(str(reason)) from None
        cls.gate = Gate(cls.portique, cls.folder, cls.engine.socket, cls.policy, cls.flags)
        cls.cleanup.callback(cls.gate.close)
        cls.direct, cls.guarded = f"unix://{cls.engine.socket}", f"unix://{cls.gate.socket}"

    @classmethod
    def prepare(cls):
        cls.engine.import_busybox(cls.folder)

    def docker(self, host, *words, client=None, **options):
        return run([client or self.docker_path, "-H", host, *words], **options)

    def docker_does(self, host, *words, **options):
        ran = self.docker(host, *words, **options)
        self.assertEqual(ran.returncode, 0, f"docker {words}: {ran.stdout}{ran.stderr}")
        return ran.stdout


def main():
    """As a program: exit status 77 if there was nothing to test with."""
    flags = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    flags.add_argument("--portique", required=True, type=pathlib.Path)
    known, rest = flags.parse_known_args()
    GuardedEngineTest.portique = known.portique.resolve()
    ran = unittest.main(argv=[sys.argv[0], *rest], exit=False, verbosity=2).result
    if ran.wasSuccessful() and ran.skipped and len(ran.skipped) >= max(ran.testsRun, 1):
        sys.exit(NOTHING_TO_TEST_WITH)
    sys.exit(0 if ran.wasSuccessful() else 1)
