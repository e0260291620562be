#!/usr/bin/env python3
"""Compares what portique finds with what the OSV schema says, on packages whose versions sit around the fixed ones.

usage: cross_check.py --portique PROGRAM --matcher PROGRAM [--osv FOLDER] [--pairs N] [--seed N] [ECOSYSTEM...]

For every ecosystem of the export in FOLDER (default: osv/ in $PORTIQUE_TEST_DATA, else in ../shared/data beside the
checkout), N packages are drawn with a version at, just below or just above a
bound of one of their advisories. This script evaluates all records about that package itself, by the algorithm of
the schema ("Evaluation") and with the orders of oracles.py. Packages of distributions are written as databases of
dpkg, apk and rpm and scanned as root file systems; those of languages go to the matcher alone (match_packages.cc).
Any difference in which records match, which ids are found or which version fixes is printed. Exit status: 0 none,
1 some, 77 nothing to compare with.

What is not plain OSV, and meant (docs/database.md, "Matching"):
 * a bug-fix or enhancement advisory without a CVE is no finding;
 * a build of a module is held against advisories about builds of modules only, and of its own stream;
 * Ubuntu's extended support speaks about packages that come from it only (none is drawn here).
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zipfile

import oracles

LANGUAGES = {"PyPI": "pypi", "npm": "npm", "Go": "golang", "crates.io": "cargo", "RubyGems": "gem", "Maven": "maven",
             "NuGet": "nuget", "Packagist": "composer", "Bitnami": "bitnami"}
NO_SECURITY = ("ALBA-", "ALEA-")
RELATED_ARE_FIXED = ("ALSA-", "ALBA-", "ALEA-")
MODULE = re.compile(r"\.module")

DATA = pathlib.Path(os.environ.get("PORTIQUE_TEST_DATA") or pathlib.Path(__file__).parents[3] / "shared/data")

Entry = collections.namedtuple("Entry", "record ranges versions")
Drawn = collections.namedtuple("Drawn", "ecosystem name version label")


def normal_name(ecosystem, name):
    if ecosystem == "PyPI":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if ecosystem in ("NuGet", "Packagist") else name


def load(archive):
    """(ecosystem string, name) -> entries, of one all.zip."""
    entries = collections.defaultdict(list)
    with zipfile.ZipFile(archive) as packed:
        for member in packed.namelist():
            record = json.loads(packed.read(member))
            if record.get("withdrawn"):
                continue
            for affected in record.get("affected", []):
                package = affected.get("package")
                ranges = [part["events"] for part in affected.get("ranges", []) if part["type"] != "GIT"]
                versions = affected.get("versions", [])
                # A record that names several ecosystems stands in the archive of each.
                own = package and package["ecosystem"].split(":")[0] == archive.parent.name
                if own and (ranges or versions):
                    key = package["ecosystem"], normal_name(package["ecosystem"], package["name"])
                    entries[key].append(Entry(record, ranges, versions))
    return entries


def cves_of(record):
    ids = [record["id"]] + record.get("aliases", []) + record.get("upstream", [])
    if record["id"].startswith(RELATED_ARE_FIXED):
        ids += record.get("related", [])
    found = [re.search(r"(?:^|-)(CVE-\d+-\d+)$", text) for text in ids]
    return {match[1] for match in found if match}


def stream_of(record):
    for word in record.get("summary", "").split(" "):
        if re.fullmatch(r"[^:]+:[^:]+", word):
            return word
    return ""


def is_modular(entry):
    return any(MODULE.search(version) for events in entry.ranges for event in events for version in event.values())


def concerns(entry, drawn):
    """The rules beyond the schema that the head of this file names."""
    if entry.record["id"].startswith(NO_SECURITY) and not cves_of(entry.record):
        return False
    if not drawn.ecosystem.startswith("AlmaLinux"):
        return True
    if is_modular(entry) != bool(MODULE.search(drawn.version)):
        return False
    stream = stream_of(entry.record)
    return not is_modular(entry) or not drawn.label or not stream or drawn.label.startswith(stream + ":")


# --- versions around a bound ---------------------------------------------------------------------

def with_number(version, delta, pattern=r"\d+(?!.*\d)"):
    """The version with its last number changed."""
    match = re.search(pattern, version)
    if match is None or int(match[0]) + delta < 0:
        return None
    return version[:match.start()] + str(int(match[0]) + delta) + version[match.end():]


def neighbours(ecosystem, bound):
    base = ecosystem.split(":")[0]
    made = [bound, with_number(bound, -1), with_number(bound, 1), with_number(bound, -1, r"\d+"),
            with_number(bound, 1, r"\d+")]
    if base in ("Debian", "Ubuntu"):
        made += [bound + "~", bound + "~deb1", bound + "+b1", bound + ".1", bound + "+esm1"[:3], "1:" + bound,
                 bound.split(":", 1)[-1]]
    elif base == "AlmaLinux":
        made += [bound + ".1", bound + "~rc1", bound + "^git1", bound.split(":", 1)[-1], re.sub(r"-[^-]+$", "-0", bound)]
    elif base in ("Alpine", "Wolfi"):
        plain = re.sub(r"-r\d+$", "", bound)
        made += [plain + "_rc1-r0", plain + "_p1-r0", plain + ".1-r0", plain + "-r0", plain + "-r99", plain + "a-r0"]
    elif base == "PyPI":
        made += [bound + ".dev1", bound + "rc1", bound + ".post1", bound + ".0", bound + "+local.1", "1!" + bound]
    elif base in ("npm", "crates.io", "Go", "Bitnami"):
        plain = bound.split("+")[0].split("-")[0]
        made += [plain + "-0", plain + "-rc.1", plain + "-beta", plain + "+build.5", plain]
    elif base == "RubyGems":
        made += [bound + ".rc1", bound + ".0", bound + ".1", bound + ".a"]
    elif base == "Maven":
        made += [bound + "-SNAPSHOT", bound + ".Final", bound + "-rc1", bound + ".0", bound + "-1", bound + "-sp1"]
    elif base == "NuGet":
        made += [bound + ".0", bound + "-beta", bound + ".1", bound + "-RC.1"]
    elif base == "Packagist":
        made += [bound + "-RC1", bound + ".0", bound + "-beta2", bound + "-patch1", "v" + bound]
    return [version for version in made if version]


def draw(entries, count, chance):
    """Packages with a version near a bound of one of their entries, all different."""
    keys = [key for key in sorted(entries) if not key[0].startswith("Ubuntu:Pro")]
    drawn = set()
    tries = 0
    while len(drawn) < count and tries < count * 20:
        tries += 1
        ecosystem, name = chance.choice(keys)
        entry = chance.choice(entries[ecosystem, name])
        bounds = [version for events in entry.ranges for event in events for version in event.values()]
        bounds = [bound for bound in bounds if bound not in ("0", "*")] + chance.sample(
            entry.versions, min(2, len(entry.versions)))
        if not bounds:
            bounds = ["1.0", "0"]
        version = chance.choice(neighbours(ecosystem, chance.choice(bounds)))
        if re.search(r"[\s\t]", version):
            continue
        label = ""
        if ecosystem.startswith("AlmaLinux") and MODULE.search(version):
            stream = stream_of(entry.record)
            label = f"{stream}:8040020210817133458:522a0ee4" if stream else ""
        drawn.add(Drawn(ecosystem, name, version, label))
    return sorted(drawn)


# --- what the schema says ------------------------------------------------------------------------

def starts_all(event):
    return event.get("introduced") == "0"


def pairs_of(entry, version):
    for events in entry.ranges:
        bounds = [next(iter(event.values())) for event in events if not starts_all(event)]
        bounds = [bound for bound in bounds if bound != "*"]
        yield from ((version, bound) for bound in bounds)
        if len(events) > 1:
            yield from ((a, b) for a in bounds for b in bounds)
    yield from ((version, listed) for listed in entry.versions)


class Evaluation:
    """The algorithm of the schema over answers that an oracle gave."""

    def __init__(self, answers):
        self.answers = answers

    def sorted_events(self, events):
        ordered = []
        for event in events:
            at = len(ordered)
            while at > 0 and self.before(event, ordered[at - 1]):
                at -= 1
            ordered.insert(at, event)
        return ordered

    def before(self, a, b):
        if starts_all(a) or starts_all(b):
            return starts_all(a) and not starts_all(b)
        (kind_a, bound_a), (kind_b, bound_b) = next(iter(a.items())), next(iter(b.items()))
        if "*" in (bound_a, bound_b):
            return bound_b == "*" and bound_a != "*"
        answer = self.answers[bound_a, bound_b]
        return answer == "<" or (answer == "=" and kind_a == "introduced" and kind_b != "introduced")

    def range_holds(self, events, version):
        """(affected, first fixed bound above); None if a bound cannot be compared."""
        affected, fixed = False, None
        for event in self.sorted_events(events):
            kind, bound = next(iter(event.items()))
            if kind == "limit":
                return None  # none in the data; the unit tests have them
            answer = ">" if starts_all(event) else self.answers[version, bound]
            if answer == "!":
                return None
            if kind == "introduced" and answer in ">=":
                affected = True
            elif kind == "fixed" and answer in ">=":
                affected = False
            elif kind == "last_affected" and answer == ">":
                affected = False
            elif kind == "fixed" and fixed is None:
                fixed = bound
        return affected, fixed

    def entry_holds(self, entry, version):
        """(affected, fixed or None); None if it cannot be decided."""
        results = [self.range_holds(events, version) for events in entry.ranges]
        fixes = [result[1] for result in results if result and result[0]]
        if fixes or any(result and result[0] for result in results):
            return True, self.least([fix for fix in fixes if fix])
        if any(version == listed or self.answers.get((version, listed)) == "=" for listed in entry.versions):
            elsewhere = [result[1] for result in results if result and result[1]]
            return True, elsewhere[0] if elsewhere else None
        return None if None in results else (False, None)

    def least(self, fixes):
        # Two ranges of one entry that both hold are rare; any order of their fixes is told by the unit tests.
        return fixes[0] if len(fixes) == 1 else ("?" if fixes else None)


def expect(drawn, entries, ask):
    """For each drawn package: record ids, found ids, fixed version, or None where the oracle cannot tell."""
    pairs = set()
    relevant = {}
    for item in drawn:
        relevant[item] = [entry for entry in entries[item.ecosystem, item.name] if concerns(entry, item)]
        pairs.update((item.version, item.version) for _ in [0])
        for entry in relevant[item]:
            pairs.update(pairs_of(entry, item.version))
    pairs = sorted(pairs)
    answers = ask(pairs)
    if answers is None:
        return None
    answers = dict(zip(pairs, answers))
    evaluation = Evaluation(answers)
    expected = {}
    for item in drawn:
        if answers[item.version, item.version] == "!":
            continue  # no version at all
        holding = [(entry, evaluation.entry_holds(entry, item.version)) for entry in relevant[item]]
        if any(result is None for _, result in holding):
            continue
        expected[item] = [(entry.record, result[1]) for entry, result in holding if result[0]]
    return expected


# --- what portique says --------------------------------------------------------------------------

DISTROS = {"Debian": "debian", "Ubuntu": "ubuntu", "Alpine": "alpine", "Wolfi": "wolfi", "AlmaLinux": "almalinux"}


def os_release(ecosystem):
    base, _, release = ecosystem.partition(":")
    version = release.removesuffix(":LTS").removeprefix("v") or "20230201"
    return f'ID={DISTROS[base]}\nVERSION_ID="{version}{".1" if base == "Alpine" else ""}"\n'


def rpm_header(tags):
    index, data = b"", b""
    for tag, value in sorted(tags.items()):
        if isinstance(value, int):
            data += b"\0" * (-len(data) % 4)
            index += struct.pack(">4I", tag, 4, len(data), 1)
            data += struct.pack(">I", value)
        else:
            index += struct.pack(">4I", tag, 6, len(data), 1)
            data += value.encode() + b"\0"
    return struct.pack(">2I", len(tags), len(data)) + index + data


def write_rpms(root, packages):
    folder = root / "var/lib/rpm"
    folder.mkdir(parents=True)
    database = sqlite3.connect(folder / "rpmdb.sqlite")
    database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB)")
    for item in packages:
        match = re.fullmatch(r"(?:(\d+):)?([^-]+)-([^-]+)", item.version)
        tags = {1000: item.name, 1001: match[2], 1002: match[3], 1022: "x86_64",
                1044: f"{item.name}-{match[2]}-{match[3]}.src.rpm"}
        if match[1]:
            tags[1003] = int(match[1])
        if item.label:
            tags[5096] = item.label
        database.execute("INSERT INTO Packages (blob) VALUES (?)", [rpm_header(tags)])
    database.commit()
    database.close()


def write_debs(root, packages):
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text("".join(
        f"Package: binary-{number}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {item.version}\n"
        f"Source: {item.name}\n\n" for number, item in enumerate(packages)))


def write_apks(root, packages):
    (root / "lib/apk/db").mkdir(parents=True)
    (root / "lib/apk/db/installed").write_text("".join(
        f"P:binary-{number}\nV:{item.version}\nA:x86_64\no:{item.name}\n\n" for number, item in enumerate(packages)))


WRITERS = {"Debian": write_debs, "Ubuntu": write_debs, "Alpine": write_apks, "Wolfi": write_apks,
           "AlmaLinux": write_rpms}


def scan(options, ecosystem, packages):
    """Per package: its findings as (id, record ids, fixed); and what was not decided."""
    base = ecosystem.split(":")[0]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "etc").mkdir()
        (root / "etc/os-release").write_text(os_release(ecosystem))
        WRITERS[base](root, packages)
        done = subprocess.run([options.portique, "scan", f"rootfs:{root}", "--db", options.database, "--no-cache", "-q",
                               "--format", "json", "--kernel-headers"], stdout=subprocess.PIPE, check=False)
        if done.returncode not in (0, 4):
            sys.exit(f"{ecosystem}: the scan ended with {done.returncode}")
    report = json.loads(done.stdout)
    if len(report["packages"]) != len(packages):
        sys.exit(f"{ecosystem}: {len(packages)} packages were written, {len(report['packages'])} were read")
    found = collections.defaultdict(list)
    for finding in report["findings"]:
        package = finding["package"]
        key = (package["name"], package["version"]) if base == "AlmaLinux" else package["name"]
        found[key].append((finding["id"], set(finding["advisories"]), finding["fixed_version"]))
    keys = [(item.name, item.version) if base == "AlmaLinux" else f"binary-{number}"
            for number, item in enumerate(packages)]
    return [found[key] for key in keys], [issue["message"] for issue in report["issues"]]


def match(options, ecosystem, packages):
    lines = []
    for item in packages:
        kind, namespace, name = LANGUAGES[ecosystem], "", item.name
        if kind == "maven":
            namespace, _, name = item.name.rpartition(":")
        elif kind in ("golang", "composer", "npm") and "/" in item.name:
            namespace, _, name = item.name.rpartition("/")
        lines.append("\t".join((kind, namespace, name, item.version)))
    done = subprocess.run([options.matcher, options.database], input="\n".join(lines) + "\n", stdout=subprocess.PIPE,
                          text=True, check=True)
    found = [[] for _ in packages]
    issues = []
    for line in done.stdout.splitlines():
        number, finding, *rest = line.split("\t")
        if finding == "!":
            issues.append(rest[0])
        else:
            found[int(number)].append((finding, set(rest[1].split(",")), rest[0] or None))
    return found, issues


# --- comparing -----------------------------------------------------------------------------------

def differences(item, expected, findings, answers_of):
    """Sentences; none if all is the same."""
    records = {record["id"] for record, _ in expected}
    told = set().union(*(advisories for _, advisories, _ in findings)) if findings else set()
    for record in sorted(records - told):
        yield f"{record} holds, portique does not say so"
    for record in sorted(told - records):
        yield f"portique says {record}, which does not hold"
    cves = set().union(*(cves_of(record) for record, _ in expected)) if expected else set()
    ids = {finding for finding, _, _ in findings}
    for cve in sorted(cves - ids):
        yield f"{cve} is not among the findings"
    for finding in sorted(ids - cves):
        if finding.startswith("CVE-"):
            yield f"{finding} is found, no record is about it"
    for finding, advisories, fixed in findings:
        fixes = [fix for record, fix in expected if record["id"] in advisories]
        if "?" in fixes or len({*fixes}) > 1 and None not in fixes:
            fixes = answers_of(fixes)
        want = None if None in fixes or not fixes else fixes[0]
        if want != "?" and fixed != want and (want is None or fixed is None or answers_of([want, fixed]) != ["="]):
            yield f"{finding} is fixed by {want}, portique says {fixed}"


def check(options, archive, count):
    base = archive.parent.name
    entries = load(archive)
    drawn = draw(entries, count, random.Random(options.seed))
    ask = oracles.order_of(base)
    if base == "AlmaLinux":
        drawn = [item for item in drawn if re.fullmatch(r"(?:\d+:)?[^-:]+-[^-:]+", item.version)]
        # rpm lists one package once; the label is not part of how the report names it.
        drawn = list({(item.ecosystem, item.name, item.version): item for item in drawn}.values())
    expected = expect(drawn, entries, ask)
    if expected is None:
        print(f"{base:12} skipped: the program that defines its versions is not installed")
        return None

    def greatest(fixes):
        """[the greatest], or ["="] for two that are the same version."""
        if "?" in fixes:
            return ["?"]
        if len(fixes) == 2 and ask([tuple(fixes)]) == ["="]:
            return ["="] if fixes[0] != fixes[1] else fixes[:1]
        best = fixes[0]
        for fix in fixes[1:]:
            best = fix if ask([(fix, best)]) == [">"] else best
        return [best]

    compared = affected = wrong = 0
    for ecosystem in sorted({item.ecosystem for item in expected}):
        packages = [item for item in drawn if item.ecosystem == ecosystem]
        findings, issues = (match if base in LANGUAGES else scan)(options, ecosystem, packages)
        for item, found in zip(packages, findings):
            if item not in expected:
                continue
            compared += 1
            affected += bool(expected[item])
            for sentence in differences(item, expected[item], found, greatest):
                wrong += 1
                print(f"{ecosystem} {item.name} {item.version} {item.label}: {sentence}")
        for message in issues[:5]:
            print(f"{ecosystem}: undecided: {message}")
    print(f"{base:12} {compared:6} packages compared, {affected} of them affected, "
          f"{len(drawn) - compared} without an answer of the oracle, {wrong} differences")
    return compared, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portique", required=True)
    parser.add_argument("--matcher", required=True)
    parser.add_argument("--osv", default=DATA / "osv")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("ecosystems", nargs="*")
    options = parser.parse_args()
    archives = [pathlib.Path(options.osv) / name / "all.zip" for name in options.ecosystems or oracles.ORDERS]
    archives = [archive for archive in archives if archive.exists()]
    if not archives:
        print(f"no OSV export at {options.osv} (set PORTIQUE_TEST_DATA)")
        sys.exit(77)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        options.database = os.path.join(folder, "all.lmdb")
        inputs = [word for archive in archives for word in ("--osv", str(archive))]
        subprocess.run([options.portique, "db", "build", "-q", "--output", options.database, *inputs], check=True)
        for archive in archives:
            results.append(check(options, archive, options.pairs))
    done = [result for result in results if result]
    print(f"{sum(compared for compared, _ in done)} packages compared, {sum(wrong for _, wrong in done)} differences")
    sys.exit(77 if not done else 1 if any(wrong for _, wrong in done) else 0)


if __name__ == "__main__":
    main()
