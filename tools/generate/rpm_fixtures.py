#!/usr/bin/env python3
"""Writes the fixtures of the rpm catalogers: the same few packages in each form that rpm has used.

usage: rpm_fixtures.py src/portique/inventory/os/testdata
"""
import pathlib
import sqlite3
import struct
import sys
import zlib

INT16, INT32, STRING, STRINGS = 3, 4, 6, 8
FILE_MODES = 1030
REGULAR, FOLDER, LINK = 0o100644, 0o040755, 0o120777
PACKAGES = [
    {1000: "bash", 1001: "5.1.8", 1002: "6.el9", 1014: "GPLv3+", 1022: "x86_64",
     1044: "bash-5.1.8-6.el9.src.rpm", 1011: "AlmaLinux",
     1027: ["/bin/bash", "/usr/share/doc/bash/README"]},  # as rpm 3 listed files
    {1000: "dbus-libs", 1001: "1.12.20", 1002: "8.el9", 1003: 1, 1014: "GPLv2+",
     1022: "x86_64", 1044: "dbus-1.12.20-8.el9.src.rpm",
     1117: ["libdbus-1.so.3", "libdbus-1.so.3.19.13", "dbus-libs", "COPYING"],
     1118: ["/usr/lib64/", "/usr/share/doc/", "/usr/share/doc/dbus-libs/"],
     1116: [0, 0, 1, 2], FILE_MODES: [LINK, REGULAR, FOLDER, REGULAR]},
    {1000: "nodejs", 1001: "16.20.2", 1002: "8.module+el9", 1003: 1, 1014: "MIT", 1022: "x86_64",
     1044: "nodejs-16.20.2-8.module+el9.src.rpm", 5096: "nodejs:16:9030020240201:rhel9"},
    {1000: "gpg-pubkey", 1001: "b86b3716", 1002: "61e69f29", 1014: "pubkey"},
]


def header(tags):
    index, data = b"", b""
    for tag, value in sorted(tags.items()):
        if isinstance(value, list):
            if isinstance(value[0], str):
                kind, content = STRINGS, b"".join(text.encode() + b"\0" for text in value)
            elif tag == FILE_MODES:
                kind, content = INT16, struct.pack(f">{len(value)}H", *value)
            else:
                kind, content = INT32, struct.pack(f">{len(value)}I", *value)
            data += b"\0" * (-len(data) % {INT16: 2, INT32: 4}.get(kind, 1))
            index += struct.pack(">4I", tag, kind, len(data), len(value))
            data += content
        elif isinstance(value, int):
            data += b"\0" * (-len(data) % 4)
            index += struct.pack(">4I", tag, INT32, len(data), 1)
            data += struct.pack(">I", value)
        else:
            index += struct.pack(">4I", tag, STRING, len(data), 1)
            data += value.encode() + b"\0"
    return struct.pack(">2I", len(tags), len(data)) + index + data


def sqlite_database(blobs, path):
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.execute("PRAGMA page_size = 512")
    database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB)")
    database.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    database.commit()
    database.close()


def ndb(blobs):
    slots, body, at = b"", b"", 4096
    for number, blob in enumerate(blobs, 1):
        head = struct.pack("<4s3I", b"BlbS", number, 1, len(blob)) + blob
        whole = len(head) + 12
        padded = whole + (-whole % 16)
        head += b"\0" * (padded - whole)
        tail = struct.pack("<2I4s", zlib.adler32(head), len(blob), b"BlbE")
        slots += struct.pack("<4s3I", b"Slot", number, (at + len(body)) // 16, padded // 16)
        body += head + tail
    while len(slots) < 4096 - 32:
        slots += struct.pack("<4s3I", b"Slot", 0, 0, 0)
    return struct.pack("<4s3I16x", b"RpmP", 0, 1, 1) + slots + body


def bdb(blobs, order, page=512):
    def page_head(number, following, entries, offset, kind, level=0):
        return struct.pack(order + "8x3I2H2B", number, 0, following, entries, offset, level, kind)

    overflow, items, number = [], [], 2
    pairs = [(0, struct.pack(order + "I", len(blobs)))] + list(enumerate(blobs, 1))
    for key, blob in pairs:
        items.append(b"\1" + struct.pack(order + "I", key))
        if len(blob) < 16:
            items.append(b"\1" + blob)
            continue
        items.append(struct.pack(order + "B3x2I", 3, number, len(blob)))
        room = page - 26
        pieces = [blob[i : i + room] for i in range(0, len(blob), room)]
        for i, piece in enumerate(pieces):
            following = number + 1 if i + 1 < len(pieces) else 0
            content = page_head(number, following, 1, len(piece), 7) + piece
            overflow.append(content.ljust(page, b"\0"))
            number += 1
    end, index, stored = page, b"", b""
    for item in items:
        end -= len(item)
        index += struct.pack(order + "H", end)
        stored = item + stored
    hash_page = page_head(1, 0, len(items), end, 13) + index
    hash_page += b"\0" * (page - len(hash_page) - len(stored)) + stored
    meta = struct.pack(
        order + "8x4I4B3I", 0, 0x061561, 9, page, 0, 8, 0, 0, 0, number - 1, 0
    ).ljust(page, b"\0")
    return meta + hash_page + b"".join(overflow)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    root = pathlib.Path(sys.argv[1])
    blobs = [header(package) for package in PACKAGES]
    good = {"rpm-ndb": ("Packages.db", ndb(blobs)), "rpm-bdb": ("Packages", bdb(blobs, "<"))}
    for cataloger, (name, content) in good.items():
        for state, data in (("good", content), ("broken", content[: len(content) * 3 // 4])):
            path = root / cataloger / state / "var/lib/rpm" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    big_endian = root / "rpm-bdb/good/usr/lib/sysimage/rpm/Packages"
    big_endian.parent.mkdir(parents=True, exist_ok=True)
    big_endian.write_bytes(bdb(blobs, ">"))
    for state in ("good", "broken"):
        path = root / "rpm-sqlite" / state / "var/lib/rpm/rpmdb.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        broken = [blobs[0], blobs[1][:40], b""]
        sqlite_database(blobs if state == "good" else broken, path)
    for cataloger in ("rpm_ndb", "rpm_bdb", "rpm_sqlite"):
        folder = root / "fuzz" / cataloger
        folder.mkdir(parents=True, exist_ok=True)
        for i, path in enumerate(sorted((root / cataloger.replace("_", "-")).rglob("*"))):
            if path.is_file():
                (folder / f"{'broken' if 'broken' in path.parts else 'good'}-{i}").write_bytes(
                    path.read_bytes()
                )
    folder = root / "fuzz/rpm_header"
    folder.mkdir(parents=True, exist_ok=True)
    for package, blob in zip(PACKAGES, blobs):
        (folder / package[1000]).write_bytes(blob)


if __name__ == "__main__":
    main()
