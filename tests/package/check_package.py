#!/usr/bin/env python3
"""The Debian package holds the program, its pages and its units, and the units are those that
`portique authz install` writes. Exits with 77 without cpack or dpkg-deb."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

UNITS = {
    "usr/lib/systemd/system/portique-authz.service": "etc/systemd/system/portique-authz.service",
    "usr/lib/sysusers.d/portique.conf": "etc/sysusers.d/portique.conf",
    "usr/lib/tmpfiles.d/portique.conf": "etc/tmpfiles.d/portique.conf",
}
SCRIPTS = ["postinst", "prerm", "postrm"]


def run(words, **how):
    return subprocess.run(words, check=True, text=True, capture_output=True, **how).stdout


def check(build, program, folder):
    run(["cpack", "-G", "DEB", "-B", str(folder)], cwd=build)
    packages = list(folder.glob("*.deb"))
    if len(packages) != 1:
        return [f"cpack made {len(packages)} packages"]
    unpacked, control, written = (folder / name for name in ("unpacked", "control", "written"))
    run(["dpkg-deb", "-x", str(packages[0]), str(unpacked)])
    run(["dpkg-deb", "-e", str(packages[0]), str(control)])
    run([program, "authz", "install", "--no-daemon", "--root", str(written)])
    wrong = []
    for packaged, own in UNITS.items():
        if not (unpacked / packaged).is_file():
            wrong.append(f"{packaged} is missing")
        elif (unpacked / packaged).read_bytes() != (written / own).read_bytes():
            wrong.append(f"{packaged} is not what authz install writes")
    for path in ["usr/bin/portique", "usr/share/doc/portique/docs/access-control.md"]:
        if not (unpacked / path).is_file():
            wrong.append(f"{path} is missing")
    # What the unit names must be in the package, too.
    unit = (unpacked / list(UNITS)[0]).read_text()
    for path in re.findall(r"/usr/[^\s\"']+", unit):
        if not (unpacked / path[1:]).is_file():
            wrong.append(f"the unit names {path}, which is not in the package")
    for name in SCRIPTS:
        script = control / name
        if not script.is_file() or not script.stat().st_mode & 0o111:
            wrong.append(f"the script {name} is missing or cannot be run")
        elif subprocess.run(["sh", "-n", str(script)]).returncode != 0:
            wrong.append(f"the script {name} is no shell script")
    return wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", required=True, help="the build folder")
    arguments.add_argument("--portique", required=True, help="the built program")
    given = arguments.parse_args()
    if not shutil.which("cpack") or not shutil.which("dpkg-deb"):
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="portique-package-") as folder:
        wrong = check(given.build, given.portique, pathlib.Path(folder))
    for one in wrong:
        print(one, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
