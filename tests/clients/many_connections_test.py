#!/usr/bin/env python3
"""Very many clients at a time before the guard, and very many docker requests through the plugin.

usage: many_connections_test.py --portique PROGRAM [TEST...]

$PORTIQUE_CONNECTIONS (default 1: some 15 seconds) multiplies the clients. What is asked: everybody else is
answered meanwhile, what vanishes leaves nothing behind, and the gate's memory stays small.
"""

import asyncio
import contextlib
import os
import pathlib
import resource
import shutil
import tempfile
import time
import unittest

import guarded_engine
from guarded_engine import Engine, Gate, Missing

SCALE = float(os.environ.get("PORTIQUE_CONNECTIONS", "1"))
IDLE, ACTIVE, EVENTS, SLOW, VANISHING = (int(n * SCALE) for n in (1000, 200, 100, 100, 200))
GUARD_CONNECTIONS = 4096
# What is asked of a gate after a million requests. One that holds thousands of clients at the same time has a
# coroutine and a socket of each.
MOST_KIB_AFTER, MOST_KIB_EACH = 32 << 10, 24
PING = b"GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"


def descriptors_for(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        if hard < count:
            raise Missing(f"no more than {hard} open files are allowed here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


async def answer_of(reader):
    """Status and body of an answer with a length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next((int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length")),
                  0)
    return int(head.split()[1]), await reader.readexactly(length)


class Guard(guarded_engine.GuardedEngineTest):
    @classmethod
    def prepare(cls):
        # The gate and the engine inherit it.
        descriptors_for(min(20000, 4 * int(1600 * max(SCALE, 1)) + 1000))
        super().prepare()

    async def connect(self):
        return await asyncio.open_unix_connection(str(self.gate.socket))

    async def ping(self, times=1):
        """The slowest of so many on one connection."""
        reader, writer = await self.connect()
        slowest = 0
        try:
            for _ in range(times):
                begin = time.monotonic()
                writer.write(PING)
                status, _ = await answer_of(reader)
                self.assertEqual(status, 200)
                slowest = max(slowest, time.monotonic() - begin)
        finally:
            writer.close()
        return slowest

    async def crowd(self):
        held = []
        for _ in range(IDLE):
            held.append(await self.connect())
        # Heads that trickle, and bodies.
        for i in range(SLOW):
            reader, writer = await self.connect()
            writer.write(PING[:5 + i % 20] if i % 2 else
                         b"POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                         b"Content-Length: 1000\r\n\r\n{" + b" " * (i % 100))
            held.append((reader, writer))
        # Streams that say nothing for long.
        streams = []
        for _ in range(EVENTS):
            reader, writer = await self.connect()
            writer.write(b"GET /v1.41/events?filters=%7B%22type%22%3A%5B%22volume%22%5D%7D HTTP/1.1\r\nHost: d\r\n\r\n")
            streams.append((reader, writer))
        for reader, _ in streams:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            self.assertIn(b" 200 ", head.splitlines()[0])
        return held, streams

    async def vanish(self, i):
        """In the middle of a body, of a head, with a reset, or half closed."""
        reader, writer = await self.connect()
        if i % 4 == 0:
            writer.write(b"POST /v1.41/images/load HTTP/1.1\r\nHost: d\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 70000)
        elif i % 4 == 1:
            writer.write(b"POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 99999\r\n"
                         b"Content-Type: application/json\r\n\r\n{" + b" " * 50000)
        elif i % 4 == 2:
            writer.write(b"GET /v1.41/containers/json?all=1 HTTP/1.1\r\nHo")
        else:
            writer.write(b"GET /v1.41/events HTTP/1.1\r\nHost: d\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)
        writer.transport.abort()

    async def scenario(self):
        before = self.gate.descriptors()
        self.assertLess(await self.ping(20), 2)
        held, streams = await self.crowd()
        shown = {"with all": self.gate.resident_kib()}
        active = await asyncio.gather(*(self.ping(20) for _ in range(ACTIVE)),
                                      *(self.vanish(i) for i in range(VANISHING)))
        shown["with all, asked"] = self.gate.resident_kib()
        slowest = max(taken for taken in active if taken is not None)
        lonely = await self.ping(50)
        # Every stream hears what happens.
        run = await asyncio.to_thread(self.docker, self.guarded, "volume", "create", "heard")
        self.assertEqual(run.returncode, 0, run.stderr)
        for reader, _ in streams:
            self.assertIn(b"heard", await asyncio.wait_for(reader.readuntil(b"heard"), 20))
        for _, writer in held + streams:
            writer.transport.abort()
        deadline = time.monotonic() + 15
        # Connections for questions of its own, which it keeps, are few.
        while self.gate.descriptors() > before + 40 and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        shown["afterwards"] = self.gate.resident_kib()
        print(f"{IDLE + SLOW} idle and slow, {EVENTS} streams, {ACTIVE} active, {VANISHING} gone: slowest ping "
              f"{slowest * 1000:.0f} ms, then {lonely * 1000:.0f} ms; KiB resident: {shown}; "
              f"descriptors {before} -> {self.gate.descriptors()}")
        self.assertLessEqual(self.gate.descriptors(), before + 40)
        self.assertLess(lonely, 1)
        self.assertLess(shown["with all, asked"], MOST_KIB_AFTER + MOST_KIB_EACH * (IDLE + SLOW + 2 * EVENTS + ACTIVE))
        self.assertLess(await self.ping(20), 2)

    def test_everybody_is_answered_in_a_crowd(self):
        asyncio.run(self.scenario())

    async def fill(self):
        held = [await self.connect() for _ in range(GUARD_CONNECTIONS)]
        late = asyncio.create_task(self.ping())
        await asyncio.sleep(1)
        self.assertFalse(late.done(), "one more than the limit was served")
        for _, writer in held[:50]:
            writer.close()
        await asyncio.wait_for(late, 10)
        for _, writer in held:
            writer.close()
        print(f"KiB resident with {GUARD_CONNECTIONS} connections at some time: {self.gate.resident_kib('VmHWM')}")
        await asyncio.wait_for(self.ping(), 10)

    def test_whoever_comes_beyond_the_limit_waits(self):
        asyncio.run(self.fill())


class Plugin(guarded_engine.GuardedEngineTest):
    """dockerd asks the plugin about each of many requests at a time."""

    policy = guarded_engine.POLICY.replace(f"uids: [{guarded_engine.ADMIN}]", "socket: true")

    @classmethod
    def setUpClass(cls):
        cls.cleanup = contextlib.ExitStack()
        cls.addClassCleanup(cls.cleanup.close)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="portique-clients-"))
        cls.cleanup.callback(shutil.rmtree, cls.folder, ignore_errors=True)
        link, socket_path = cls.folder / "engine.sock", cls.folder / "plugin.sock"
        try:
            cls.gate = Gate(cls.portique, cls.folder, link, cls.policy, ["--plugin-socket", socket_path])
            cls.cleanup.callback(cls.gate.close)
            name = f"portique-many-{os.getpid()}"
            cls.engine = Engine("docker", f"plugin:{name}={socket_path}")
            cls.cleanup.callback(cls.engine.close)
        except Missing as reason:
            raise unittest.SkipTest(str(reason)) from None
        link.symlink_to(cls.engine.socket)

    async def ask(self, count):
        reader, writer = await asyncio.open_unix_connection(str(self.engine.socket))
        try:
            for i in range(count):
                if i % 2:
                    writer.write(b"GET /v1.41/containers/json HTTP/1.1\r\nHost: d\r\n\r\n")
                    wanted = 200
                else:
                    writer.write(b"GET /v1.41/containers/nothing/json HTTP/1.1\r\nHost: d\r\n\r\n")
                    wanted = 404
                status, body = await answer_of(reader)
                # A machine that does not keep up is no reason to let anybody through.
                if status == 403 and b"took too long" in body:
                    self.late += 1
                else:
                    self.assertEqual(status, wanted, body)
        finally:
            writer.close()

    async def scenario(self, clients):
        self.late = 0
        begin = time.monotonic()
        await asyncio.gather(*(self.ask(4) for _ in range(clients)))
        taken = time.monotonic() - begin
        print(f"{clients} clients, {4 * clients} requests through the plugin in {taken:.1f} s, {self.late} denied as late; "
              f"KiB resident "
              f"{self.gate.resident_kib()}, at most {self.gate.resident_kib('VmHWM')}")
        self.assertLess(self.late, clients)
        self.assertLess(self.gate.resident_kib(), MOST_KIB_AFTER + MOST_KIB_EACH * clients)

    def test_many_requests_at_a_time(self):
        asyncio.run(self.scenario(int(500 * SCALE)))


if __name__ == "__main__":
    guarded_engine.main()
