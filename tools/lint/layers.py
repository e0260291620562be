#!/usr/bin/env python3
"""Holds the includes of src/portique/ against the floor table in layers.txt.

An include of a higher floor, of a module of the same floor that the table does not allow, of a
module that the table does not know, and a circle of includes are errors. Each names its line.
test_support may be included by tests alone, and itself only needs base.

usage: layers.py [SOURCE_ROOT]     (the folder that holds src/ and tools/)
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"portique/(([a-z0-9_]+)/[^"]+)"')
TEST_SUPPORT = "test_support"


def read_table(path):
    """{module: (floor, modules of the same floor that it may include)} and the errors of the table."""
    table, errors = {}, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) < 2 or not words[0].isdigit():
            errors.append(f"{path}:{number}: not a floor and a module: {line}")
        elif words[1] in table:
            errors.append(f"{path}:{number}: {words[1]} has two lines")
        else:
            table[words[1]] = (int(words[0]), set(words[2:]))
    for module, (floor, siblings) in table.items():
        for other in siblings:
            if other not in table or table[other][0] != floor:
                errors.append(f"{path}: {module} allows {other}, which is not on its floor")
    for circle in circles({module: sorted(entry[1]) for module, entry in table.items()}):
        errors.append(f"{path}: modules allow each other in a circle: {' -> '.join(circle)}")
    return table, errors


def circles(graph):
    """Circles of a graph {node: [nodes]}, each as the list of its nodes with the first repeated."""
    found, state = [], {}
    for start in sorted(graph):
        if start in state:
            continue
        path, pending = [start], [iter(graph[start])]
        state[start] = "open"
        while path:
            following = next(pending[-1], None)
            if following is None:
                state[path.pop()] = "closed"
                pending.pop()
            elif state.get(following) == "open":
                found.append(path[path.index(following):] + [following])
            elif following in graph and following not in state:
                state[following] = "open"
                path.append(following)
                pending.append(iter(graph[following]))
    return found


def refusal(table, source, target, is_test):
    """Why a file of module `source` may not include module `target`, or None."""
    if target == source:
        return None
    if target == TEST_SUPPORT:
        return None if is_test else f"{TEST_SUPPORT} is for tests alone"
    if target not in table:
        return f"{target} has no line in tools/lint/layers.txt"
    if source == TEST_SUPPORT:
        return None if table[target][0] == 0 else f"{TEST_SUPPORT} may include only base"
    floor, siblings = table[source]
    other = table[target][0]
    if other > floor:
        return f"{target} (floor {other}) stands above {source} (floor {floor})"
    if other == floor and target not in siblings:
        return f"{target} is on the floor of {source}, and the table does not allow it"
    return None


def check(root):
    table, errors = read_table(root / "tools/lint/layers.txt")
    base = root / "src/portique"
    graph, place = {}, {}
    for path in sorted(base.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        name = path.relative_to(base).as_posix()
        module = name.split("/")[0]
        if module not in table and module != TEST_SUPPORT:
            errors.append(f"{path}:1: module {module} has no line in tools/lint/layers.txt")
            continue
        graph[name] = []
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            graph[name].append(include[1])
            place[name, include[1]] = f"{path}:{number}"
            is_test = path.stem.endswith(("_test", "_test_support"))
            reason = refusal(table, module, include[2], is_test)
            if reason:
                errors.append(f"{path}:{number}: {reason}")
    for circle in circles(graph):
        errors.append(f"{place[circle[0], circle[1]]}: includes go in a circle: {' -> '.join(circle)}")
    return errors, len(graph)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    errors, files = check(root)
    for error in errors:
        print(error)
    print(f"layers: {files} files, {len(errors)} errors")
    return 1 if errors or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
