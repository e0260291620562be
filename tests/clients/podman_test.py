#!/usr/bin/env python3
"""podman's Docker-compatible API behind the socket guard, asked by every docker client of this machine.

usage: podman_test.py --portique PROGRAM [TEST...]

What podman takes and Docker does not (a folder of the host behind a comma, the path of a name space, ...) is
asked for with raw requests: none of it may reach the host.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import sys

import guarded_engine
from guarded_engine import ADMIN, DEVELOPER, docker_clients, need, run


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def ask(path, method, target, body=None):
    """Status and message, or the body."""
    connection = UnixConnection(path)
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, target, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, text


class Podman(guarded_engine.GuardedEngineTest):
    kind = "podman"

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.shared, cls.secret = cls.folder / "shared", cls.folder / "secret"
        for folder in (cls.shared / "inner", cls.secret):
            folder.mkdir(parents=True)
        cls.policy = guarded_engine.POLICY + f'mounts: ["{cls.shared}"]\n'

    def plain(self, text):
        text = re.sub(r"\b[0-9a-f]{12,64}\b", "ID", text)
        text = re.sub(r"Less than a second|About a minute|\d+ (?:seconds?|minutes?)", "TIME", text)
        return re.sub(r" {2,}", " ", text)

    def life_of_container(self, host, client, uid):
        """What the client prints, act by act."""
        told = []

        def act(*words, ends=0):
            ran = run([client, "-H", host, *words], uid)
            self.assertEqual(ran.returncode, ends, f"{client} {words}: {ran.stdout}{ran.stderr}")
            told.append((" ".join(map(str, words)).replace(f"copied-{uid}", "copied"), self.plain(ran.stdout)))

        copied = self.folder / f"copied-{uid}"
        copied.mkdir(exist_ok=True)
        os.chown(copied, uid, uid)
        act("version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}")
        act("info", "--format", "{{.ServerVersion}} {{.Driver}}")
        act("images")
        act("image", "inspect", "--format", "{{.Id}} {{.RepoTags}}", "busybox")
        act("inspect", "--format", "{{.Id}}", "busybox")
        act("run", "--rm", "--network", "none", "busybox", "echo", "ran")
        act("run", "-d", "--name", "web", "--network", "none", "busybox", "sh", "-c", "echo up; sleep 600")
        act("ps", "--format", "{{.Image}} {{.Command}} {{.Names}}")
        act("exec", "web", "sh", "-c", "echo inside; echo beside >&2")
        act("exec", "web", "sh", "-c", "exit 7", ends=7)
        act("logs", "web")
        act("inspect", "--format", "{{.Name}} {{.Image}} {{.Config.Image}} {{.State.Status}}", "web")
        act("cp", "/bin/busybox", "web:/tmp/tool")
        act("cp", "web:/tmp/tool", copied)
        self.assertEqual((copied / "tool").read_bytes(), pathlib.Path(guarded_engine.BUSYBOX).read_bytes())
        act("rename", "web", "store")
        act("pause", "store")
        act("unpause", "store")
        act("restart", "-t", "0", "store")
        act("stop", "-t", "0", "store")
        act("rm", "store")
        act("rm", "-f", "store")
        act("volume", "create", "data")
        act("volume", "inspect", "--format", "{{.Name}} {{.Driver}}", "data")
        act("run", "--rm", "--network", "none", "-v", "data:/data", "busybox", "touch", "/data/file")
        act("run", "--rm", "--network", "none", "-v", "data:/data", "busybox", "ls", "/data")
        act("volume", "rm", "data")
        act("network", "create", "portique-clients")
        act("network", "inspect", "--format", "{{.Name}} {{.Driver}}", "portique-clients")
        act("network", "rm", "portique-clients")
        act("inspect", "nothing", ends=1)
        return told

    def test_clients_work_as_without_a_guard(self):
        for version, client in docker_clients():
            wanted = self.life_of_container(self.direct, client, ADMIN)
            for uid in (ADMIN, DEVELOPER):
                with self.subTest(client=version, uid=uid):
                    self.assertEqual(self.life_of_container(self.guarded, client, uid), wanted)

    def test_images_go_round(self):
        saved, again = self.folder / "saved.tar", self.folder / "again.tar"
        self.docker_does(self.guarded, "save", "-o", saved, "busybox")
        self.docker_does(self.guarded, "load", "-i", saved)
        self.docker_does(self.direct, "save", "-o", again, "busybox")
        self.assertEqual(saved.stat().st_size, again.stat().st_size)

    def test_commands_of_others_are_out_of_reach(self):
        self.docker_does(self.guarded, "run", "-d", "--name", "db", "--network", "none", "busybox", "sleep", "600")
        try:
            for words in (["exec", "db", "true"], ["rm", "-f", "db"], ["logs", "db"], ["cp", "db:/bin/sh", "-"],
                          ["run", "--rm", "--network", "none", "--volumes-from", "db", "busybox", "true"],
                          ["run", "--rm", "--network", "container:db", "busybox", "true"]):
                ran = run([self.docker_path, "-H", self.guarded, *words], DEVELOPER)
                self.assertNotEqual(ran.returncode, 0, words)
                self.assertIn("authorization denied by portique", ran.stderr, words)
        finally:
            self.docker_does(self.direct, "rm", "-f", "db")

    def test_what_only_podman_takes_reaches_no_host(self):
        secret, inner = self.secret, self.shared / "inner"
        (secret / "file").write_text("secret\n")
        forms = {
            "a folder beside the engine": {"Binds": [".ssh:/host"]},
            "an option in a mount's type": {"Mounts": [{"Type": f"bind,src={secret}", "Target": "/host"}]},
            "one in its target": {"Mounts": [{"Type": "bind", "Source": f"{inner}", "Target": f"/host,src={secret}"}]},
            "one in its source": {"Mounts": [{"Type": "bind", "Source": f"{inner},src={secret}", "Target": "/host"}]},
            "an overlay": {"Binds": [f"{inner}:/host:O,upperdir={secret},workdir={self.folder}/work"]},
            "a name space by its path": {"PidMode": "ns:/proc/1/ns/pid"},
            "the network's": {"NetworkMode": "ns:/proc/1/ns/net"},
            "the host's loopback": {"NetworkMode": "slirp4netns:allow_host_loopback=true"},
            "a log at a place of its own": {"LogConfig": {"Type": "json-file", "Config": {"path": f"{secret}/log"}}},
            "a profile of the host": {"SecurityOpt": ["seccomp=/etc/hostname"]},
            "unmasked paths": {"SecurityOpt": ["unmask=ALL"]},
        }
        script = f"""
import json, sys
sys.path.insert(0, {str(guarded_engine.SOURCE / "tests/clients")!r})
from podman_test import ask
for name, host in json.load(sys.stdin).items():
    body = {{"Image": "busybox", "Cmd": ["true"], "HostConfig": {{"NetworkMode": "none", **host}}}}
    print(json.dumps([name, *ask({str(self.gate.socket)!r}, "POST", "/v1.41/containers/create", body)]))
for key in ("volume", "Volume", "addcaps", "devices", "nsoptions", "seccomp", "output", "isolation"):
    print(json.dumps([key, *ask({str(self.gate.socket)!r}, "POST", "/v1.41/build?" + key + "=chroot")]))
"""
        # The interpreter has to be one that every user can run.
        ran = run([need("env"), "PYTHONDONTWRITEBYTECODE=1", "/usr/bin/python3", "-c", script], DEVELOPER,
                  input=json.dumps(forms))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        answers = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual(len(answers), len(forms) + 8)
        for name, status, text in answers:
            self.assertEqual(status, 403, f"{name}: {text}")
            self.assertIn("authorization denied by portique", text, name)
        self.assertEqual(os.listdir(secret), ["file"])

    def test_podmans_own_api_is_denied_in_one_sentence(self):
        sentence = "podman's own API (/libpod) passes no gate"
        for target in ("/libpod/_ping", "/v4.3.1/libpod/_ping", "/v1.41/libpod/containers/json"):
            status, text = ask(self.gate.socket, "GET", target)
            self.assertEqual(status, 403, target)
            self.assertIn(sentence, text, target)
        ran = run(["podman", "--remote", "--url", self.guarded, "ps"])
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("403", ran.stderr)
        self.assertIn(sentence, self.gate.denials())


if __name__ == "__main__":
    guarded_engine.main()
