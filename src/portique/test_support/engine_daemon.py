"""An engine of the tests' own: engine_daemon.py docker|podman|containerd [CERTIFICATES [ARGUMENT...]]

Starts it with state of its own in a temporary folder, prints "ready FOLDER PORT" or the reason why it
cannot be had, and takes everything down when its standard input is closed. It listens on
FOLDER/engine.sock; Docker, with a folder of make_certificates(), on 127.0.0.1:PORT with TLS as well.
Further arguments are Docker's daemon's own; "plugin:NAME=SOCKET" stands for an authorization plugin,
"known-plugin:NAME=SOCKET" for one that it could find but was not told to ask.

The engine runs in network and mount name spaces of its own: a second dockerd would take the bridge
away from one that the machine has, and mounts go with the name space.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PODMAN_CONFIG = """[containers]
default_ulimits = [ "nofile=1024:1024", "nproc=4096:4096" ]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""

CONTAINERD_CONFIG = """version = 2
root = "{folder}/data"
state = "{folder}/exec"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{folder}/engine.sock"
"""

# Name spaces first; then, for a socket that is handed over, LISTEN_PID has to be the engine's own.
# dockerd asks every plugin whose socket it finds and waits for those that are dead: it sees only its
# own.
ISOLATED = """ip link set lo up
for folder in /run/docker/plugins /etc/docker/plugins; do
  mkdir -p $folder && mount -t tmpfs none $folder
done
for plugin in $PLUGINS; do
  echo "unix://${plugin#*=}" >"/etc/docker/plugins/${plugin%%=*}.spec"
done
LISTEN_PID=$$ exec "$@"
"""
PLUGIN = "plugin:"
KNOWN_PLUGIN = "known-plugin:"
SECONDS_TO_START = 60


class Unavailable(Exception):
    pass


def docker(folder, certificates, arguments):
    listening = None
    command = ["dockerd", "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"]
    command += ["--pidfile", f"{folder}/pid", "-H", f"unix://{folder}/engine.sock"]
    # Its own configuration, which a test may change and have read again.
    with open(f"{folder}/daemon.json", "w") as config:
        config.write("{}\n")
    command += ["--config-file", f"{folder}/daemon.json"]
    command += ["--bridge=none", "--iptables=false", "--ip6tables=false"]
    if certificates:
        listening = socket.create_server(("127.0.0.1", 0))
        command += ["-H", "fd://", "--tlsverify", "--tlscacert", f"{certificates}/ca.pem"]
        command += ["--tlscert", f"{certificates}/server.pem"]
        command += ["--tlskey", f"{certificates}/server.key"]
    for argument in arguments:
        if argument.startswith(PLUGIN):
            name = argument.removeprefix(PLUGIN).split("=")[0]
            argument = f"--authorization-plugin={name}"
        if not argument.startswith(KNOWN_PLUGIN):
            command.append(argument)
    return command, listening


def podman(folder, certificates, arguments):
    with open(f"{folder}/containers.conf", "w") as config:
        config.write(PODMAN_CONFIG)
    os.environ["CONTAINERS_CONF"] = f"{folder}/containers.conf"
    command = ["podman", "--root", f"{folder}/data", "--runroot", f"{folder}/exec"]
    return command + ["system", "service", "--time", "0", f"unix://{folder}/engine.sock"], None


def containerd(folder, certificates, arguments):
    with open(f"{folder}/config.toml", "w") as config:
        config.write(CONTAINERD_CONFIG.format(folder=folder))
    return ["containerd", "--config", f"{folder}/config.toml"], None


def answers(path):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
            return True
        except OSError:
            return False


def start(kind, folder, certificates, arguments):
    command, listening = {"docker": docker, "podman": podman, "containerd": containerd}[kind](
        folder, certificates, arguments
    )
    if os.geteuid() != 0:
        raise Unavailable(f"{kind} needs root")
    if not shutil.which(command[0]):
        raise Unavailable(f"{command[0]} is not installed")
    # podman would take itself for a client.
    environment = {name: value for name, value in os.environ.items() if name != "CONTAINER_HOST"}

    def hand_over():
        os.setpgid(0, 0)
        if listening:
            os.dup2(listening.fileno(), 3)

    environment["PLUGINS"] = " ".join(
        argument.removeprefix(PLUGIN).removeprefix(KNOWN_PLUGIN)
        for argument in arguments
        if argument.startswith((PLUGIN, KNOWN_PLUGIN))
    )
    if listening:
        environment["LISTEN_FDS"] = "1"
    with open(f"{folder}/log", "wb") as log:
        process = subprocess.Popen(
            ["unshare", "-n", "-m", "sh", "-c", ISOLATED, "sh"] + command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            preexec_fn=hand_over,
            pass_fds=[3] if listening else [],
        )
    deadline = time.monotonic() + SECONDS_TO_START
    while not answers(f"{folder}/engine.sock"):
        if process.poll() is not None or time.monotonic() > deadline:
            with open(f"{folder}/log", errors="replace") as log:
                lines = log.read().strip().splitlines() or ["it said nothing"]
            raise Unavailable(f"{kind} does not start here: {lines[-1]}")
        time.sleep(0.05)
    port = listening.getsockname()[1] if listening else 0
    if listening:
        listening.close()
    return process, port


def stop(kind, folder, process):
    """Containers first: an engine waits long for those that do not heed its signal."""
    command = {
        "docker": ["docker", "-H", f"unix://{folder}/engine.sock"],
        "podman": ["podman", "--remote", "--url", f"unix://{folder}/engine.sock"],
    }.get(kind)
    if command and process.poll() is None:
        listed = subprocess.run(command + ["ps", "-aq"], capture_output=True, text=True).stdout
        if listed.split():
            subprocess.run(command + ["rm", "-f"] + listed.split(), capture_output=True)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main():
    kind = sys.argv[1]
    certificates = sys.argv[2] if len(sys.argv) > 2 else ""
    folder = tempfile.mkdtemp(prefix="portique-engine-")
    process = None
    try:
        process, port = start(kind, folder, certificates, sys.argv[3:])
        print("ready", folder, port, flush=True)
        sys.stdin.read()
    except Unavailable as reason:
        print(reason, flush=True)
    finally:
        if process:
            stop(kind, folder, process)
        shutil.rmtree(folder, ignore_errors=True)


main()
