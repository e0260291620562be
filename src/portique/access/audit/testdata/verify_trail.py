"""Verifies a trail by what docs/audit-trail.md says, with hashlib and the openssl program alone.

usage: verify_trail.py FOLDER      prints {"whole": ..., "lines": ..., "last": ..., "vouched": ...}
"""
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

BEGINNING = re.compile(rb'\{"n":([1-9][0-9]*),"previous":"([0-9a-f]{64})","kind":"([a-z_]+)"')


def sha256(data):
    return hashlib.sha256(data).digest()


def root_of(hashes):
    """RFC 9162, 2.1.1, as it is defined there."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return sha256(b"\x00" + hashes[0])
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + root_of(hashes[:split]) + root_of(hashes[split:]))


def is_signed(message, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin"]
        command += ["-in", str(folder / "message"), "-sigfile", str(folder / "signature")]
        return subprocess.run(command, capture_output=True).returncode == 0


def fingerprint(key):
    command = ["openssl", "pkey", "-pubin", "-in", str(key), "-outform", "DER"]
    return hashlib.sha256(subprocess.run(command, capture_output=True).stdout).hexdigest()


class Trail:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.key = self.folder / "public-key.pem"
        self.key_name = fingerprint(self.key)
        self.previous, self.number, self.lines, self.vouched = "0" * 64, 0, 0, 0
        self.segment, self.first = [], 1

    def line(self, line):
        found = BEGINNING.match(line)
        if not found or json.loads(line)["n"] != int(found[1]):
            raise ValueError("not a line")
        number, previous, kind = int(found[1]), found[2].decode(), found[3].decode()
        if number != self.number + 1 or previous != self.previous:
            raise ValueError(f"line {number} does not follow line {self.number}")
        if kind == "head":
            self.head(line, number)
        else:
            self.segment.append(sha256(line))
        self.number, self.previous = number, hashlib.sha256(line).hexdigest()
        self.lines += 1

    def head(self, line, number):
        members = json.loads(line)
        message = line[: line.rindex(b',"signature":"')]
        if members["key"] != self.key_name:
            raise ValueError("another key")
        if not is_signed(message, base64.b64decode(members["signature"]), self.key):
            raise ValueError("signature")
        if members["first"] != self.first or members["lines"] != len(self.segment):
            raise ValueError("segment")
        if members["root"] != root_of(self.segment).hex():
            raise ValueError("root")
        self.segment, self.first, self.vouched = [], number + 1, number

    def read(self):
        for file in sorted(self.folder.glob("audit-*.jsonl")):
            data = file.read_bytes()
            if not data.endswith(b"\n"):
                raise ValueError("torn")
            for line in data[:-1].split(b"\n"):
                self.line(line)
        kept = json.loads((self.folder / "head.json").read_bytes())
        if kept["n"] > self.number:
            raise ValueError("cut off")


def main():
    trail = Trail(sys.argv[1])
    why = ""
    try:
        trail.read()
    except (ValueError, KeyError) as error:
        why = str(error)
    print(
        json.dumps(
            {
                "whole": not why,
                "why": why,
                "lines": trail.lines,
                "last": trail.number,
                "vouched": trail.vouched,
            }
        )
    )


main()
