"""Runs Debian's docker-registry: docker_registry.py FOLDER [--keys=KEYS] [--client-certs] [--login=USER:PASSWORD]

Prints HOST:PORT once it answers, and ends it when standard input is closed. FOLDER gets its storage. With
KEYS, a folder that has server.pem, server.key and ca.pem, it speaks https; with --client-certs only to
clients that have a certificate of ca.pem. Without docker-registry, or htpasswd where there is a login, nothing
is printed and the exit status is 77.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_config(arguments, folder, port):
    http = [f"  addr: 127.0.0.1:{port}"]
    if arguments.keys:
        http += ["  tls:", f"    certificate: {arguments.keys}/server.pem", f"    key: {arguments.keys}/server.key"]
    if arguments.client_certs:
        http += ["    clientcas:", f"      - {arguments.keys}/ca.pem"]
    lines = ["version: 0.1", "log:", "  level: error", "  accesslog:", "    disabled: true", "storage:",
             "  filesystem:", f"    rootdirectory: {folder}/storage", "http:", *http]
    if arguments.login:
        user, _, password = arguments.login.partition(":")
        with open(os.path.join(folder, "htpasswd"), "w") as out:
            subprocess.run(["htpasswd", "-Bbn", user, password], check=True, stdout=out)
        lines += ["auth:", "  htpasswd:", "    realm: test", f"    path: {folder}/htpasswd"]
    path = os.path.join(folder, "registry.yml")
    with open(path, "w") as out:
        out.write("\n".join(lines) + "\n")
    return path


def wait_until_open(process, port):
    for _ in range(200):
        if process.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--keys")
    parser.add_argument("--client-certs", action="store_true")
    parser.add_argument("--login")
    arguments = parser.parse_args()
    needed = ["docker-registry"] + ["htpasswd"] * bool(arguments.login)
    if not all(map(shutil.which, needed)):
        return 77
    folder = os.path.abspath(arguments.folder)
    port = free_port()
    config = write_config(arguments, folder, port)
    with open(os.path.join(folder, "registry.log"), "w") as log:
        process = subprocess.Popen(["docker-registry", "serve", config], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log)
    try:
        if not wait_until_open(process, port):
            return 1
        print(f"127.0.0.1:{port}", flush=True)
        sys.stdin.read()
    finally:
        process.terminate()
        process.wait()
    return 0


sys.exit(main())
