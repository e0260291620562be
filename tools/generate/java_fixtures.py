#!/usr/bin/env python3
"""Writes the archives among the fixtures of the Java catalogers.

usage: java_fixtures.py src/portique/inventory/java/testdata
"""
import io
import pathlib
import sys
import zipfile


def archive(entries):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, (data, method) in entries.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = method
            file.writestr(info, data)
    return content.getvalue()


def properties(group, artifact, version):
    return f"artifactId={artifact}\ngroupId={group}\nversion={version}\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    root = pathlib.Path(sys.argv[1])
    stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    manifest = "Manifest-Version: 1.0\r\nImplementation-Version: 1.2\r\n"
    library = archive({
        "META-INF/MANIFEST.MF": (manifest, deflated),
        "META-INF/maven/org.example/library/pom.properties":
            (properties("org.example", "library", "1.2"), deflated),
        "META-INF/maven/org.example/library/pom.xml": (
            "<project><licenses><license><name>MIT</name></license></licenses></project>",
            deflated,
        ),
    })
    application = archive({
        "META-INF/MANIFEST.MF": ("Implementation-Title: shop-app\nImplementation-Version: 3\n", stored),
        "BOOT-INF/lib/library-1.2.jar": (library, stored),
        "BOOT-INF/lib/spring-core-5.3.20.jar": (archive({"org/x/A.class": ("", stored)}), deflated),
    })
    broken = archive({"lib/cut-1.0.jar": (library[:-30], deflated)})
    files = {
        "java-archive/good/opt/app/shop.jar": application,
        "java-archive/good/usr/share/java/library-1.2.jar": library,
        "java-archive/broken/opt/app/broken.war": broken,
        "java-archive/broken/opt/app/cut.jar": library[: len(library) // 2],
        "fuzz/java_archive/application": application,
        "fuzz/java_archive/library": library,
        "fuzz/java_archive/broken": broken,
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
