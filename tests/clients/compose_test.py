#!/usr/bin/env python3
"""Compose through the socket guard: what it makes of a project is what it makes of it without a guard.

usage: compose_test.py --portique PROGRAM [TEST...]

The client is docker-compose 1.29 of Debian 12, run once on the engine's own socket and once through the
guard as an administrator and as a developer.
"""

import json
import re

import guarded_engine
from guarded_engine import ADMIN, DEVELOPER, need, run

# `web` is built, waits for a healthy `db` and publishes a port; `db` is an image with a volume.
PROJECT = """version: "2.4"
services:
  db:
    image: busybox:latest
    command: ["sh", "-c", "echo db is up; echo row >/data/table; exec httpd -f -p 8081 -h /data"]
    stop_signal: SIGKILL
    volumes: ["data:/data"]
    networks: {back: {aliases: [store]}}
    environment: {PASSWORD: hunter2}
    healthcheck: {test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8081/table"], interval: 1s, retries: 60}
  web:
    build: {context: ., args: {WORD: built}}
    command: ["sh", "-c", "echo web is up; exec httpd -f -p 8080 -h /site"]
    stop_signal: SIGKILL
    depends_on: {db: {condition: service_healthy}}
    networks: [back]
    ports: ["127.0.0.1::8080"]
    volumes: ["./site.conf:/etc/site.conf:ro"]
networks:
  back: {labels: {stage: test}}
volumes:
  data: {}
"""
DOCKERFILE = """FROM busybox:latest
ARG WORD
COPY page /site/page
RUN echo $WORD >>/site/page
"""
PRIVILEGED = """version: "2.4"
services:
  root:
    image: busybox:latest
    command: ["true"]
    network_mode: none
    privileged: true
"""


class Compose(guarded_engine.GuardedEngineTest):
    @classmethod
    def prepare(cls):
        cls.compose_path = need("docker-compose")
        super().prepare()
        cls.projects = cls.folder / "projects"
        for name in ("direct", "admin", "developer"):
            folder = cls.projects / name
            folder.mkdir(parents=True)
            (folder / "docker-compose.yml").write_text(PROJECT)
            (folder / "privileged.yml").write_text(PRIVILEGED)
            (folder / "Dockerfile").write_text(DOCKERFILE)
            (folder / "page").write_text("hello\n")
            (folder / "site.conf").write_text("conf\n")
        cls.policy = guarded_engine.POLICY + f"mounts: [\"{cls.projects}:ro\"]\n"

    def compose(self, host, project, uid, *words, file="docker-compose.yml", **options):
        folder = self.projects / project
        words = ["env", "HOME=/nonexistent", f"DOCKER_HOST={host}", "COMPOSE_DOCKER_CLI_BUILD=0",
                 self.compose_path, "--no-ansi", "-f", folder / file, "-p", project, *words]
        return run(words, uid, cwd=folder, **options)

    def does(self, *words, **options):
        ran = self.compose(*words, **options)
        self.assertEqual(ran.returncode, 0, f"{words[3:]}: {ran.stdout}{ran.stderr}")
        return ran.stdout

    def plain(self, project, text):
        """Without what is another one each time: names, ports, identifiers."""
        text = text.replace(project, "P").replace(project.capitalize(), "P")
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
        text = re.sub(r"\b[0-9a-f]{12,64}\b", "ID", text)
        text = re.sub(r"\broot +\d+ +\d+ +\d+ +\d\d:\d\d", "root PID", text)
        return re.sub(r"-{4,}| {2,}", " ", text)

    def life_of_project(self, host, project, uid):
        """What the client says, act by act, and what the engine then has."""
        told = {}

        def act(name, *words, **options):
            told[name] = self.plain(project, self.does(host, project, uid, *words, **options))

        act("config", "config", "--services")
        act("up", "up", "-d")
        act("ps", "ps")
        act("images", "ps", "--services")
        act("exec", "exec", "-T", "web", "cat", "/site/page", "/etc/site.conf")
        act("network", "exec", "-T", "web", "wget", "-q", "-O", "-", "http://store:8081/table")
        port = self.does(host, project, uid, "port", "web", "8080").strip()
        self.assertRegex(port, r"^127\.0\.0\.1:\d+$")
        act("run", "run", "--rm", "-T", "--no-deps", "web", "echo", "ran")
        act("run with input", "run", "--rm", "-T", "--no-deps", "db", "cat", input="through\n")
        # Two containers write at the same time, in any order.
        logs = self.plain(project, self.does(host, project, uid, "logs", "--no-color"))
        told["logs"] = sorted(logs.replace("P_db_1, P_web_1", "P_web_1, P_db_1").splitlines())
        # The table is as wide as its widest process, and a health check may be one of them.
        processes = self.plain(project, self.does(host, project, uid, "top", "db"))
        told["top"] = [" ".join(line.split()) for line in processes.splitlines() if "wget" not in line]
        act("restart", "restart", "-t", "1", "web")
        act("scale", "up", "-d", "--scale", "db=2", "--no-recreate", "db")
        act("pause", "pause", "web")
        act("unpause", "unpause", "web")
        act("stop", "stop", "-t", "1", "web")
        act("start", "start", "web")
        told["engine"] = self.state_of(project)
        act("down", "down", "-v", "--rmi", "local", "-t", "1")
        for listed in (["ps", "-aq"], ["volume", "ls", "-q"], ["network", "ls", "-q"]):
            kept = self.engine.docker(*listed, "--filter", f"label=com.docker.compose.project={project}")
            self.assertEqual(kept, "", listed)
        return told

    def state_of(self, project):
        """Of each of the project's containers, what compose made it of."""
        label = f"label=com.docker.compose.project={project}"
        names = self.engine.docker("ps", "-aq", "--filter", label).split()
        out = {}
        for shown in json.loads(self.engine.docker("inspect", *names)):
            config, host = shown["Config"], shown["HostConfig"]
            kept = {key: config[key] for key in ("Cmd", "Env", "Healthcheck", "StopSignal") if key in config}
            kept.update({key: host[key] for key in ("Binds", "Privileged", "NetworkMode", "RestartPolicy")})
            kept["status"] = shown["State"]["Status"]
            kept["aliases"] = [
                sorted(alias for alias in network["Aliases"] if alias != shown["Id"][:12])
                for network in shown["NetworkSettings"]["Networks"].values()
            ]
            out[self.plain(project, shown["Name"])] = json.loads(self.plain(project, json.dumps(kept)))
        return out

    def test_a_project_lives_as_without_a_guard(self):
        wanted = self.life_of_project(self.direct, "direct", ADMIN)
        self.assertIn("hello\nbuilt\nconf\n", wanted["exec"])
        self.assertEqual(wanted["network"], "row\n")
        self.assertEqual(wanted["run with input"], "through\n")
        self.assertEqual(len(wanted["engine"]), 3)
        for project, uid in (("admin", ADMIN), ("developer", DEVELOPER)):
            with self.subTest(project):
                told = self.life_of_project(self.guarded, project, uid)
                for act, text in wanted.items():
                    self.assertEqual(told[act], text, act)

    def test_a_privileged_service_is_refused_with_the_reason(self):
        ran = self.compose(self.guarded, "developer", DEVELOPER, "up", "-d", file="privileged.yml")
        self.assertNotEqual(ran.returncode, 0, ran.stdout)
        self.assertIn("authorization denied by portique", ran.stderr)
        self.assertIn("privileged", ran.stderr)
        self.assertIn("containers.create", self.gate.denials())
        self.does(self.guarded, "developer", DEVELOPER, "down", "-v", file="privileged.yml")

    def test_a_project_of_others_is_out_of_reach(self):
        self.does(self.guarded, "admin", ADMIN, "up", "-d", "db")
        try:
            for words in (["exec", "-T", "db", "true"], ["stop", "db"], ["down", "-v"]):
                ran = self.compose(self.guarded, "admin", DEVELOPER, *words)
                self.assertNotEqual(ran.returncode, 0, words)
                self.assertIn("no role", ran.stderr, words)
        finally:
            self.does(self.guarded, "admin", ADMIN, "down", "-v", "-t", "1")


if __name__ == "__main__":
    guarded_engine.main()
