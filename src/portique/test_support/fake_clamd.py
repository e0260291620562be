"""clamd as far as a scan needs it: fake_clamd.py SOCKET BEHAVIOUR

VERSION, IDSESSION and INSTREAM with their z forms. A stream that holds the bytes "BAD-BYTES" is
found as Test.Signature. Ends when its standard input is closed. Behaviours:

  good   as clamd should
  small  streams over 1000 bytes are refused, and the connection is closed
  hangup the connection is closed before any verdict
  alien  greets as another service would
"""

import os
import socket
import struct
import sys
import threading

SOCKET, BEHAVIOUR = sys.argv[1:]


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_command(connection):
    command = b""
    while not command.endswith(b"\0"):
        command += read_exactly(connection, 1)
    return command[1:-1].decode()


def read_stream(connection):
    stream = b""
    while True:
        (size,) = struct.unpack(">I", read_exactly(connection, 4))
        if size == 0:
            return stream
        stream += read_exactly(connection, size)
        if BEHAVIOUR == "small" and len(stream) > 1000:
            return None


def serve(connection):
    number = 0
    try:
        while True:
            command = read_command(connection)
            if command == "VERSION":
                greeting = "SSH-2.0" if BEHAVIOUR == "alien" else "ClamAV 1.4.6/27000/Mon Jan 1"
                connection.sendall(greeting.encode() + b"\0")
                return
            if command == "IDSESSION":
                continue
            if command != "INSTREAM":
                connection.sendall(b"UNKNOWN COMMAND\0")
                return
            number += 1
            stream = read_stream(connection)
            if BEHAVIOUR == "hangup":
                return
            if stream is None:
                connection.sendall(b"%d: INSTREAM size limit exceeded. ERROR\0" % number)
                return
            found = b"Test.Signature FOUND" if b"BAD-BYTES" in stream else b"OK"
            connection.sendall(b"%d: stream: %s\0" % (number, found))
    except (EOFError, OSError):
        pass
    finally:
        connection.close()


server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
server.bind(SOCKET)
server.listen(8)
print("ready", flush=True)


def accept():
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
os.unlink(SOCKET)
