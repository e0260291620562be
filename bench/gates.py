"""What the gates cost in front of a real dockerd: one without a gate, one with the plugin, and the guard."""
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENGINE = os.path.join(ROOT, "src/portique/test_support/engine_daemon.py")
REQUEST = "/v1.41/containers/json"
POLICY = "bindings:\n  admin: {uids: [0], socket: true}\n"


class Unavailable(Exception):
    pass


class Engine:
    """A dockerd of its own; taken down with its standard input."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([sys.executable, ENGINE, "docker", "", *arguments], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        words = self.process.stdout.readline().split()
        if not words or words[0] != "ready":
            raise Unavailable(" ".join(words))
        self.socket = os.path.join(words[1], "engine.sock")

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Gate:
    def __init__(self, portique, folder, flags):
        os.makedirs(folder)
        with open(os.path.join(folder, "access.yaml"), "w") as policy:
            policy.write(POLICY)
        self.log = os.path.join(folder, "log")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [portique, "authz", "--policy", os.path.join(folder, "access.yaml"), "--trail",
                 os.path.join(folder, "trail"), "--state", os.path.join(folder, "state"), *flags], stderr=log)

    def wait_for(self, path):
        deadline = time.monotonic() + 20
        while not os.path.exists(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(open(self.log).read())
            time.sleep(0.05)

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS"):
                    return int(line.split()[1]) / 1024
        return 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


def ask(build, socket, requests, clients):
    program = os.path.join(build, "src/portique/access/guard/portique_request_bench")
    made = subprocess.run([program, socket, REQUEST, str(requests), str(clients)], check=True,
                          stdout=subprocess.PIPE)
    found = json.loads(made.stdout)
    if found["failed"]:
        sys.exit(f"{found['failed']} requests failed at {socket}")
    return found


def middle(values):
    return sorted(values)[len(values) // 2]


def save_seconds(socket):
    started = time.perf_counter()
    subprocess.run(["curl", "-sS", "--fail", "--unix-socket", socket, "-o", "/dev/null",
                    "http://d/v1.41/images/get?names=large"], check=True)
    return time.perf_counter() - started


def import_large_image(folder, socket):
    """A file of 512 MiB that is no zeros: what is saved is a plain archive."""
    with open(os.path.join(folder, "blob"), "wb") as blob:
        for _ in range(512):
            blob.write(os.urandom(1 << 20))
    subprocess.run(f"tar -C {folder} -c blob | docker -H unix://{socket} import - large", shell=True, check=True,
                   stdout=subprocess.DEVNULL)


def measure(bench):
    """The rows; each side is asked in turns."""
    folder = os.path.join(bench.work, "gates")
    os.makedirs(folder)
    plugin_socket = os.path.join(folder, "plugin.sock")
    guard_socket = os.path.join(folder, "guard.sock")
    link = os.path.join(folder, "engine.sock")
    parts = []
    try:
        plugin = Gate(bench.portique, os.path.join(folder, "plugin"),
                      ["--plugin-socket", plugin_socket, "--engine-socket", link])
        parts.append(plugin)
        plugin.wait_for(plugin_socket)
        engine = Engine()
        parts.append(engine)
        gated = Engine(f"plugin:bench={plugin_socket}")
        parts.append(gated)
        os.symlink(gated.socket, link)
        guard = Gate(bench.portique, os.path.join(folder, "guard"),
                     ["--guard-socket", guard_socket, "--engine-socket", engine.socket])
        parts.append(guard)
        guard.wait_for(guard_socket)
        sides = {"direct": engine.socket, "guard": guard_socket, "plugin": gated.socket}
        alone = {name: [] for name in sides}
        crowd = {name: [] for name in sides}
        for _ in range(bench.runs):
            for name, socket in sides.items():
                alone[name].append(ask(bench.build, socket, 2000, 1)["median_us"])
                crowd[name].append(ask(bench.build, socket, 200, 64)["p99_us"])
        direct = middle(alone["direct"])
        for name, bound in (("guard", 150), ("plugin", 300)):
            bench.row(f"{name}: added to a call, median", middle(alone[name]) - direct, bound, "us",
                      f"{middle(alone[name]):.0f} us, without a gate {direct:.0f} us; with 64 clients p99 "
                      f"{middle(crowd[name]) / 1000:.1f} ms, without {middle(crowd['direct']) / 1000:.1f} ms")
        bench.row("guard: resident after these requests", guard.resident_mib(), 32, "MiB", "")
        import_large_image(folder, engine.socket)
        times = ([], [])
        for _ in range(bench.runs):
            times[0].append(save_seconds(guard_socket))
            times[1].append(save_seconds(engine.socket))
        bench.row("guard: saving an image / directly", middle(times[0]) / middle(times[1]), 1.11, "x",
                  f"{512 / middle(times[0]):.0f} MiB/s, {512 / middle(times[1]):.0f} MiB/s")
    except Unavailable as reason:
        print(f"skip gates: {reason}")
    finally:
        for part in reversed(parts):
            part.stop()
