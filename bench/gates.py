"""What the gates cost in front of a real dockerd: without a gate, with a plugin that only says yes, with the
plugin, and behind the guard."""
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENGINE = os.path.join(ROOT, "src/portique/test_support/engine_daemon.py")
REQUEST = "/v1.41/containers/json"
MANY = 1_000_000
# 64 clients that ask at once and then rest, so that it is the gate that is measured and not how two cores are
# shared by more than they can serve.
CLIENTS, PAUSE = 64, 40_000
IMAGE_MIB = 1024
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


def ask(build, socket, requests, clients, pause=0, path=REQUEST):
    program = os.path.join(build, "src/portique/access/guard/portique_request_bench")
    made = subprocess.run([program, socket, path, str(requests), str(clients), str(pause)], check=True,
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
    """A file of 1 GiB that is no zeros: what is saved is a plain archive."""
    with open(os.path.join(folder, "blob"), "wb") as blob:
        for _ in range(IMAGE_MIB):
            blob.write(os.urandom(1 << 20))
    subprocess.run(f"tar -C {folder} -c blob | docker -H unix://{socket} import - large", shell=True, check=True,
                   stdout=subprocess.DEVNULL)
    os.remove(os.path.join(folder, "blob"))


class Yes:
    """The plugin that only says yes."""

    def __init__(self, build, socket):
        self.process = subprocess.Popen(
            [os.path.join(build, "src/portique/access/plugin/portique_yes_plugin"), socket])
        while not os.path.exists(socket):
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure_latency(bench, sides):
    alone = {name: [] for name in sides}
    crowd = {name: [] for name in sides}
    full = {name: [] for name in sides}
    for _ in range(bench.runs):
        for name, socket in sides.items():
            alone[name].append(ask(bench.build, socket, 3000, 1)["median_us"])
            crowd[name].append(ask(bench.build, socket, 6400, CLIENTS, PAUSE)["p99_us"])
            full[name].append(ask(bench.build, socket, 12800, CLIENTS)["per_second"])
    direct = middle(alone["direct"])
    yes = middle(alone["yes"])
    for name, bound in (("guard", 150), ("plugin", 300)):
        bench.row(f"{name}: added to a call, median", middle(alone[name]) - direct, bound, "us",
                  f"{middle(alone[name]):.0f} us; without a gate {direct:.0f} us; a plugin that only says yes "
                  f"adds {yes - direct:.0f} us")
    # What any plugin costs with 64 clients is the daemon's doing: it makes a connection for each question.
    for name, yardstick in (("guard", "direct"), ("plugin", "yes")):
        bench.row(f"{name}: p99 of {CLIENTS} clients, more than {yardstick}",
                  (middle(crowd[name]) - middle(crowd[yardstick])) / 1000, 2, "ms",
                  f"{middle(crowd[name]) / 1000:.2f} ms; without a gate {middle(crowd['direct']) / 1000:.2f} ms; "
                  f"yes alone {middle(crowd['yes']) / 1000:.2f} ms; as fast as they can "
                  f"{middle(full[name]):.0f}/s, {middle(full['direct']):.0f}/s, {middle(full['yes']):.0f}/s")


def measure(bench):
    """The rows; each side is asked in turns."""
    folder = os.path.join(bench.work, "gates")
    os.makedirs(folder)
    plugin_socket = os.path.join(folder, "plugin.sock")
    yes_socket = os.path.join(folder, "yes.sock")
    guard_socket = os.path.join(folder, "guard.sock")
    link = os.path.join(folder, "engine.sock")
    parts = []
    try:
        plugin = Gate(bench.portique, os.path.join(folder, "plugin"),
                      ["--plugin-socket", plugin_socket, "--engine-socket", link])
        parts.append(plugin)
        plugin.wait_for(plugin_socket)
        parts.append(Yes(bench.build, yes_socket))
        engine = Engine()
        parts.append(engine)
        gated = Engine(f"plugin:bench={plugin_socket}")
        parts.append(gated)
        agreed = Engine(f"plugin:yes={yes_socket}")
        parts.append(agreed)
        os.symlink(gated.socket, link)
        guard = Gate(bench.portique, os.path.join(folder, "guard"),
                     ["--guard-socket", guard_socket, "--engine-socket", engine.socket])
        parts.append(guard)
        guard.wait_for(guard_socket)
        measure_latency(bench, {"direct": engine.socket, "yes": agreed.socket, "guard": guard_socket,
                                "plugin": gated.socket})
        many = ask(bench.build, guard_socket, MANY, CLIENTS, path="/_ping")
        bench.row("guard: resident after a million requests", guard.resident_mib(), 32, "MiB",
                  f"{many['per_second']:.0f}/s")
        import_large_image(folder, engine.socket)
        times = ([], [])
        for _ in range(bench.runs):
            times[0].append(save_seconds(guard_socket))
            times[1].append(save_seconds(engine.socket))
        bench.row("guard: saving an image of 1 GiB / directly", middle(times[0]) / middle(times[1]), 1.11, "x",
                  f"{IMAGE_MIB / middle(times[0]):.0f} MiB/s, {IMAGE_MIB / middle(times[1]):.0f} MiB/s")
    except Unavailable as reason:
        print(f"skip gates: {reason}")
    finally:
        for part in reversed(parts):
            part.stop()
