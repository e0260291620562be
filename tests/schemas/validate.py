#!/usr/bin/env python3
"""Checks reports and SBOMs against the published schemas beside this script, and against what they cannot state.

usage: validate.py FORMAT FILE...
FORMAT: cyclonedx-1.4 .. cyclonedx-1.7, cyclonedx-xml-1.4 .. cyclonedx-xml-1.7, spdx-2.3, spdx-tag-2.3, syft-16.1.10,
sarif-2.1.0, gitlab-15.0.7, codequality-1, junit-10
Exit code 77: a validator is not installed.
"""
import json
import lzma
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
NOT_INSTALLED = 77


def schema_bytes(name):
    return lzma.decompress((HERE / (name + ".xz")).read_bytes())


def schema(name):
    return json.loads(schema_bytes(name))


def duplicates(items):
    seen = set()
    return sorted({item for item in items if item in seen or seen.add(item)})


class Expressions:
    """SPDX licence expressions, by the grammar of the specification's annex."""

    def __init__(self):
        self.known = {item.lower() for item in schema("spdx.schema.json")["enum"]}

    def problems(self, text, references):
        tokens = re.findall(r"[()]|[^\s()]+", text)
        position = 0

        def peek():
            return tokens[position] if position < len(tokens) else None

        def simple():
            nonlocal position
            token = peek()
            if token is None:
                raise ValueError("it ends early")
            position += 1
            if token == "(":
                compound()
                if peek() != ")":
                    raise ValueError("a bracket is not closed")
                position += 1
                return
            if token.startswith("LicenseRef-"):
                if not re.fullmatch(r"LicenseRef-[a-zA-Z0-9.-]+", token):
                    raise ValueError("bad reference " + token)
                if references is not None and token not in references:
                    raise ValueError("reference without definition: " + token)
                return
            if token.rstrip("+").lower() not in self.known and token.lower() not in self.known:
                raise ValueError("unknown identifier " + token)
            if peek() == "WITH":
                position += 1
                exception = peek()
                if exception is None or exception.lower() not in self.known:
                    raise ValueError("unknown exception " + str(exception))
                position += 1

        def compound():
            nonlocal position
            simple()
            while peek() in ("AND", "OR"):
                position += 1
                simple()

        try:
            compound()
            if position != len(tokens):
                raise ValueError("surplus: " + tokens[position])
        except ValueError as error:
            return ["licence expression %r: %s" % (text, error)]
        return []


def rewritten(node, change):
    """The schema with every reference changed."""
    if isinstance(node, list):
        return [rewritten(item, change) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: change(value) if key == "$ref" and isinstance(value, str) else rewritten(value, change)
        for key, value in node.items()
    }


def embedded(name, others):
    """A schema with those that it refers to inside it, so that nothing is looked up outside."""
    places = {other: "#/definitions/" + other.replace("/", "-") for other in others}

    def change(ref):
        document, _, fragment = ref.partition("#")
        return places[document] + fragment if document in places else ref

    main = rewritten(schema(name), change)
    main.pop("$id", None)
    for other, place in places.items():
        inner = rewritten(schema(other), lambda ref: place + ref[1:] if ref.startswith("#") else ref)
        inner.pop("$id", None)
        inner.pop("$schema", None)
        main["definitions"][place.rsplit("/", 1)[1]] = inner
    return main


def json_schema_problems(document, name, others=()):
    try:
        import jsonschema
    except ImportError:
        print("python3-jsonschema is not installed")
        sys.exit(NOT_INSTALLED)
    main = embedded(name, others)
    kind = jsonschema.validators.validator_for(main)
    validator = kind(main, format_checker=jsonschema.FormatChecker())
    return [
        "%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:300])
        for error in validator.iter_errors(document)
    ]


def cyclonedx_json(path, version):
    document = json.loads(path.read_bytes())
    problems = json_schema_problems(
        document,
        "bom-%s.schema.json" % version,
        ["spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"],
    )
    if document.get("specVersion") != version:
        problems.append("specVersion is %r" % document.get("specVersion"))
    components = [document["metadata"]["component"], *document.get("components", [])]
    refs = [component["bom-ref"] for component in components if "bom-ref" in component]
    problems += ["two components have the bom-ref %r" % ref for ref in duplicates(refs)]
    known = set(refs)
    for dependency in document.get("dependencies", []):
        for ref in [dependency["ref"], *dependency.get("dependsOn", [])]:
            if ref not in known:
                problems.append("dependency on %r, which is no component" % ref)
    declared = [dependency["ref"] for dependency in document.get("dependencies", [])]
    problems += ["two entries of dependencies for %r" % ref for ref in duplicates(declared)]
    for vulnerability in document.get("vulnerabilities", []):
        for affected in vulnerability.get("affects", []):
            if affected["ref"] not in known:
                problems.append("%s affects %r, which is no component" % (vulnerability["id"], affected["ref"]))
    expressions = Expressions()
    for component in components:
        for choice in component.get("licenses", []):
            if "expression" in choice:
                problems += expressions.problems(choice["expression"], None)
    return problems


def cyclonedx_xml(path, version):
    if shutil.which("xmllint") is None:
        print("xmllint is not installed")
        sys.exit(NOT_INSTALLED)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ("bom-%s.xsd" % version, "spdx.xsd"):
            (folder / name).write_bytes(schema_bytes(name))
        (folder / "catalog.xml").write_text(
            '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
            '<uri name="http://cyclonedx.org/schema/spdx" uri="spdx.xsd"/>'
            '<system systemId="http://cyclonedx.org/schema/spdx" uri="spdx.xsd"/></catalog>'
        )
        run = subprocess.run(
            ["xmllint", "--nonet", "--noout", "--schema", str(folder / ("bom-%s.xsd" % version)), str(path)],
            env={"XML_CATALOG_FILES": str(folder / "catalog.xml"), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )
    if run.returncode == 0:
        return []
    return [line[:300] for line in run.stderr.splitlines() if not line.endswith("fails to validate")][:20]


def spdx_rules(packages, relationships, licences):
    """packages: (id, licence expressions); relationships: (from, type, to); licences: ids."""
    ids = [package for package, _ in packages]
    problems = ["two elements have the id %r" % item for item in duplicates(ids)]
    problems += ["bad id %r" % item for item in ids if not re.fullmatch(r"SPDXRef-[a-zA-Z0-9.-]+", item)]
    problems += ["two licences have the id %r" % item for item in duplicates(licences)]
    known = {*ids, "SPDXRef-DOCUMENT"}
    for source, kind, target in relationships:
        problems += ["%s of %r, which is not there" % (kind, end) for end in (source, target) if end not in known]
    if not any(kind == "DESCRIBES" and source == "SPDXRef-DOCUMENT" for source, kind, _ in relationships):
        problems.append("the document describes nothing")
    expressions = Expressions()
    for package, texts in packages:
        for text in texts:
            if text not in ("NOASSERTION", "NONE"):
                problems += [package + ": " + problem for problem in expressions.problems(text, set(licences))]
    return problems


def spdx_json(path, _version):
    document = json.loads(path.read_bytes())
    problems = json_schema_problems(document, "spdx-2.3.schema.json")
    packages = [
        (package["SPDXID"], [package.get(field, "NONE") for field in ("licenseDeclared", "licenseConcluded")])
        for package in document["packages"]
    ]
    relationships = [
        (item["spdxElementId"], item["relationshipType"], item["relatedSpdxElement"])
        for item in document["relationships"]
    ]
    licences = [item["licenseId"] for item in document.get("hasExtractedLicensingInfos", [])]
    return problems + spdx_rules(packages, relationships, licences)


# Tags that must stand once (True) or may stand (False) in a package, SPDX 2.3 clause 7.
PACKAGE_TAGS = {
    "PackageName": True,
    "SPDXID": True,
    "PackageVersion": False,
    "PackageSupplier": False,
    "PackageDownloadLocation": True,
    "FilesAnalyzed": False,
    "PackageSourceInfo": False,
    "PackageLicenseConcluded": False,
    "PackageLicenseDeclared": False,
    "PackageCopyrightText": False,
    "PrimaryPackagePurpose": False,
}
REPEATED_TAGS = {"PackageChecksum", "ExternalRef"}
DOCUMENT_TAGS = {"SPDXVersion", "DataLicense", "SPDXID", "DocumentName", "DocumentNamespace", "Creator", "Created"}
PURPOSES = "APPLICATION FRAMEWORK LIBRARY CONTAINER OPERATING-SYSTEM DEVICE FIRMWARE SOURCE ARCHIVE FILE INSTALL OTHER"
VALUES = {
    "PackageSupplier": r"NOASSERTION|(Person|Organization): .+",
    "PackageChecksum": r"(SHA1|SHA224|SHA256|SHA384|SHA512|SHA3-256|SHA3-384|SHA3-512|MD5): [0-9a-f]+",
    "ExternalRef": r"PACKAGE-MANAGER purl pkg:\S+",
    "PrimaryPackagePurpose": PURPOSES.replace(" ", "|"),
    "FilesAnalyzed": "false",
    "Created": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "AnnotationDate": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "AnnotationType": "OTHER|REVIEW",
    "Annotator": "(Tool|Person|Organization): .+",
    "Creator": "(Tool|Person|Organization): .+",
    "Relationship": r"SPDXRef-\S+ [A-Z_]+ SPDXRef-\S+",
    "DocumentNamespace": r"[a-z][a-z0-9+.-]*:[^#\s]+",
}


def tag_fields(text):
    """(tag, value) of each field."""
    lines = iter(text.split("\n"))
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Za-z]+): (.*)", line)
        if not match:
            raise ValueError("no field: %r" % line[:100])
        tag, value = match.groups()
        if value.startswith("<text>"):
            while not value.endswith("</text>"):
                value += "\n" + next(lines)
            value = value[len("<text>") : -len("</text>")]
        yield tag, value


def spdx_tag(path, _version):
    problems = []
    document, packages, licences, relationships = [], [], [], []
    current = document
    for tag, value in tag_fields(path.read_text(encoding="utf-8")):
        pattern = VALUES.get(tag)
        if pattern and not re.fullmatch(pattern, value, re.DOTALL):
            problems.append("%s: bad value %r" % (tag, value[:100]))
        if tag == "PackageName":
            current = []
            packages.append(current)
        elif tag == "LicenseID":
            current = []
            licences.append(current)
        elif tag == "Relationship":
            relationships.append(tuple(value.split(" ")))
            continue
        current.append((tag, value))
    missing = DOCUMENT_TAGS - {tag for tag, _ in document}
    problems += ["the document has no %s" % tag for tag in sorted(missing)]
    elements = []
    for package in packages:
        annotated = [index for index, (tag, _) in enumerate(package) if tag == "Annotator"]
        fields = package[: annotated[0]] if annotated else package
        tags = [tag for tag, _ in fields]
        for tag, must in PACKAGE_TAGS.items():
            if tags.count(tag) > 1 or (must and tag not in tags):
                problems.append("%s stands %d times in %r" % (tag, tags.count(tag), fields[0]))
        problems += ["%s is no tag of a package" % tag for tag in set(tags) - set(PACKAGE_TAGS) - REPEATED_TAGS]
        if annotated:
            names = sorted(tag for tag, _ in package[annotated[0] :])
            if names != sorted(["Annotator", "AnnotationDate", "AnnotationType", "SPDXREF", "AnnotationComment"]):
                problems.append("incomplete annotation: %r" % names)
        values = dict(fields)
        elements.append((values.get("SPDXID", ""), [values[tag] for tag in values if tag.startswith("PackageLicense")]))
    ids = [dict(licence)["LicenseID"] for licence in licences]
    problems += ["licence without text: %r" % licence for licence in licences if "ExtractedText" not in dict(licence)]
    return problems + spdx_rules(elements, relationships, ids)


def syft(path, version):
    document = json.loads(path.read_bytes())
    problems = json_schema_problems(document, "syft-%s.schema.json" % version)
    ids = [artifact["id"] for artifact in document["artifacts"]]
    problems += ["two artifacts have the id %r" % item for item in duplicates(ids)]
    known = set(ids)
    for relation in document["artifactRelationships"]:
        problems += [
            "%s of %r, which is not there" % (relation["type"], end)
            for end in (relation["parent"], relation["child"])
            if end not in known
        ]
    return problems


def objects(node):
    """Every object inside a document."""
    if isinstance(node, list):
        for item in node:
            yield from objects(item)
    elif isinstance(node, dict):
        yield node
        for item in node.values():
            yield from objects(item)


def sarif(path, _version):
    document = json.loads(path.read_bytes())
    problems = json_schema_problems(document, "sarif-2.1.0-rtm.5.schema.json")
    for run in document["runs"]:
        rules = run["tool"]["driver"]["rules"]
        problems += ["two rules %r" % item for item in duplicates([rule["id"] for rule in rules])]
        problems += ["over 20 tags: %r" % rule["id"] for rule in rules if len(rule["properties"]["tags"]) > 20]
        for rule in rules:
            score = rule["properties"].get("security-severity")
            if score is not None and not 0 < float(score) <= 10:
                problems.append("security-severity %r" % score)
        if len(run["results"]) > 25000 or len(rules) > 25000:
            problems.append("more results or rules than GitHub takes")
        if not re.fullmatch(r"[^/].*/", run["automationDetails"]["id"]):
            problems.append("GitHub makes no category of %r" % run["automationDetails"]["id"])
        prints = []
        for result in run["results"]:
            if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                problems.append("ruleIndex %d is not %r" % (result["ruleIndex"], result["ruleId"]))
            place = result["locations"][0]["physicalLocation"]
            if place["region"]["startLine"] < 1 or place["region"]["endLine"] < place["region"]["startLine"]:
                problems.append("lines %r" % place["region"])
            prints.append((result["ruleId"], result["partialFingerprints"]["primaryLocationLineHash"]))
        problems += ["two results are %r" % (item,) for item in duplicates(prints)]
        bases = run["originalUriBaseIds"]
        for item in objects(run):
            if "uriBaseId" in item:
                if item["uriBaseId"] not in bases:
                    problems.append("no base %r" % item["uriBaseId"])
                if not re.fullmatch(r"([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+", item["uri"]):
                    problems.append("uri %r" % item["uri"])
                if item["uri"].startswith("/") or ".." in item["uri"].split("/"):
                    problems.append("uri %r leaves its base" % item["uri"])
    return problems


def field_problems(node, where, fields):
    """fields: name -> (required, pattern of the text, or the Python type that the value has)."""
    if not isinstance(node, dict):
        return ["%s: no object" % where]
    problems = ["%s: no %s" % (where, name) for name, (must, _) in fields.items() if must and name not in node]
    for name, (_, kind) in fields.items():
        if name not in node:
            continue
        value = node[name]
        if isinstance(kind, type):
            good = isinstance(value, kind) and (kind is not int or not isinstance(value, bool))
        else:
            good = isinstance(value, str) and re.fullmatch(kind, value, re.DOTALL)
        if not good:
            problems.append("%s: %s is %.100r" % (where, name, value))
    return problems


TEXT = ".+"
WEB = "(https?|ftp)://.+"
SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
CVSS3 = (
    r"CVSS:3\.[01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[NLH]/I:[NLH]/A:[NLH]"  # what we write of it
)
DETAILS = {"text": "value", "code": "value"}


def gitlab(path, version):
    """What the schema of container-scanning reports demands, as far as we write it."""
    document = json.loads(path.read_bytes())
    problems = field_problems(
        document, "report", {"version": (True, re.escape(version)), "scan": (True, dict), "vulnerabilities": (True, list)}
    )
    scan = document["scan"]
    problems += field_problems(
        scan,
        "scan",
        {
            "analyzer": (True, dict),
            "scanner": (True, dict),
            "start_time": (True, SECONDS),
            "end_time": (True, SECONDS),
            "status": (True, "success|failure"),
            "type": (True, "container_scanning"),
            "messages": (False, list),
        },
    )
    for role in ("analyzer", "scanner"):
        names = {name: (True, TEXT) for name in ("id", "name", "version")}
        problems += field_problems(scan[role], role, {**names, "vendor": (True, dict)})
        problems += field_problems(scan[role]["vendor"], role + ".vendor", {"name": (True, TEXT)})
    for message in scan.get("messages", []):
        problems += field_problems(message, "message", {"level": (True, "info|warn|fatal"), "value": (True, TEXT)})
    for item in document["vulnerabilities"]:
        problems += gitlab_vulnerability(item)
    ids = [item["id"] for item in document["vulnerabilities"]]
    return problems + ["two vulnerabilities have the id %r" % item for item in duplicates(ids)]


def gitlab_vulnerability(item):
    problems = field_problems(
        item,
        "vulnerability",
        {
            "id": (True, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
            "identifiers": (True, list),
            "location": (True, dict),
            "name": (False, ".{0,255}"),
            "description": (False, ".{0,1048576}"),
            "severity": (True, "Info|Unknown|Low|Medium|High|Critical"),
            "solution": (False, ".{0,7000}"),
        },
    )
    if not 1 <= len(item["identifiers"]) <= 20:
        problems.append("%d identifiers" % len(item["identifiers"]))
    for identifier in item["identifiers"]:
        texts = {name: (True, TEXT) for name in ("type", "name", "value")}
        problems += field_problems(identifier, "identifier", {**texts, "url": (False, WEB)})
    if "cvss_vectors" in item and not 1 <= len(item["cvss_vectors"]) <= 10:
        problems.append("%d CVSS vectors" % len(item["cvss_vectors"]))
    for vector in item.get("cvss_vectors", []):
        problems += field_problems(vector, "vector", {"vendor": (True, TEXT), "vector": (True, CVSS3)})
    for link in item.get("links", []):
        problems += field_problems(link, "link", {"url": (True, WEB), "name": (False, str)})
    for detail in item.get("details", {}).values():
        problems += field_problems(detail, "detail", {"name": (True, TEXT), "type": (True, "|".join(DETAILS))})
        problems += field_problems(detail, "detail", {DETAILS[detail["type"]]: (True, str)})
    location = item["location"]
    problems += field_problems(
        location, "location", {"dependency": (True, dict), "operating_system": (True, TEXT), "image": (True, TEXT)}
    )
    problems += field_problems(location["dependency"], "dependency", {"package": (True, dict), "version": (True, str)})
    return problems + field_problems(location["dependency"]["package"], "package", {"name": (True, str)})


def code_quality(path, _version):
    document = json.loads(path.read_bytes())
    problems = [] if isinstance(document, list) else ["no list"]
    for item in document:
        problems += field_problems(
            item,
            "entry",
            {
                "description": (True, TEXT),
                "check_name": (True, TEXT),
                "fingerprint": (True, "[0-9a-f]{32}"),
                "severity": (True, "info|minor|major|critical|blocker"),
                "location": (True, dict),
            },
        )
        problems += field_problems(item["location"], "location", {"path": (True, TEXT), "lines": (True, dict)})
        if item["location"]["path"].startswith(("/", "./")):
            problems.append("path %r is not relative" % item["location"]["path"])
        problems += field_problems(item["location"]["lines"], "lines", {"begin": (True, int)})
    return problems + ["two entries are %r" % item for item in duplicates([item["fingerprint"] for item in document])]


# Of each element: the attributes that must and those that may be there, and what may be inside.
JUNIT = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    **{name: (set(), {"type", "message"}, set()) for name in ("skipped", "error", "failure")},
}


def junit(path, _version):
    import xml.etree.ElementTree

    root = xml.etree.ElementTree.fromstring(path.read_bytes())
    problems = [] if root.tag == "testsuites" else ["the outermost element is %r" % root.tag]
    for element in root.iter():
        if element.tag not in JUNIT:
            problems.append("element %r" % element.tag)
            continue
        must, may, inside = JUNIT[element.tag]
        names = set(element.attrib)
        problems += ["%s without %s" % (element.tag, name) for name in must - names]
        problems += ["%s with %s" % (element.tag, name) for name in names - must - may]
        problems += ["%s in %s" % (child.tag, element.tag) for child in element if child.tag not in inside]
    for suite in root.iter("testsuite"):
        cases = list(suite.iter("testcase"))
        counts = {"tests": len(cases)}
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            counts[attribute] = sum(case.find(tag) is not None for case in cases)
        for attribute, count in counts.items():
            if int(suite.get(attribute)) != count:
                problems.append("%s says %s, but there are %d" % (attribute, suite.get(attribute), count))
        if not cases:
            problems.append("a suite without tests")
        if not re.fullmatch(SECONDS, suite.get("timestamp")):
            problems.append("timestamp %r" % suite.get("timestamp"))
    return problems


FORMATS = {
    "cyclonedx-xml-": cyclonedx_xml,
    "cyclonedx-": cyclonedx_json,
    "spdx-tag-": spdx_tag,
    "spdx-": spdx_json,
    "syft-": syft,
    "sarif-": sarif,
    "gitlab-": gitlab,
    "codequality-": code_quality,
    "junit-": junit,
}


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    prefix = next((prefix for prefix in FORMATS if sys.argv[1].startswith(prefix)), None)
    if prefix is None:
        print("there is no format", sys.argv[1])
        return 2
    bad = False
    for name in sys.argv[2:]:
        for problem in FORMATS[prefix](pathlib.Path(name), sys.argv[1][len(prefix) :]):
            print("%s: %s" % (name, problem))
            bad = True
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
