"""Writes the licences of all packages that are part of the binary, to be shown by
`shortfall licences`; with --check, only tells whether the files are current.

A package is listed if it is linked into the binary as built for Linux: neither macros
nor what builds or tests it. Where its licence leaves a choice, the Apache License is
taken, which stands once at the end, else the MIT licence. Of other licences the text
is taken from the package, with all notices; equal texts stand once.
"""

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "src/cli/licences"
TARGET = "x86_64-unknown-linux-gnu"
# In order of preference.
CHOICES = ["Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Unicode-3.0"]
# How to tell the text of a licence.
MARKS = {
    "Apache-2.0": "Apache License",
    "MIT": "Permission is hereby granted, free of charge, to any person obtaining a copy of this software",
    "BSD-2-Clause": "Redistribution and use in source and binary forms",
    "BSD-3-Clause": "Redistribution and use in source and binary forms",
    "ISC": "Permission to use, copy, modify, and/or distribute this software",
    "Unicode-3.0": "UNICODE LICENSE V3",
    "BSL-1.0": "Boost Software License",
    "Unlicense": "This is free and unencumbered software",
    "Zlib": "This software is provided 'as-is', without any express or implied warranty",
}
# Of packages under the MIT licence whose file holds no text, as their repositories have it.
HOLDERS = {
    "plotters": "Copyright (c) 2019 Hao Hou <haohou302@gmail.com>",
    "plotters-backend": "Copyright (c) 2019 Hao Hou <haohou302@gmail.com>",
}
NAMES = re.compile(r"(licen[sc]e|copying|notice|copyright)\b.*", re.IGNORECASE)
RULE = "\n" + "-" * 80 + "\n"


def cargo(*arguments):
    command = ["cargo", *arguments, "--locked", "--manifest-path", str(ROOT / "Cargo.toml")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def linked(*features):
    """Name and version of the packages that are part of the binary."""
    tree = cargo("tree", "--edges", "normal,no-proc-macro", "--target", TARGET, "--prefix", "none",
                 "--format", "{p}", *features)
    packages = {tuple(line.split()[:2]) for line in tree.splitlines()}
    return {(name, version.removeprefix("v")) for name, version in packages}


def chosen(expression):
    """The licences that are made use of."""
    clauses = [clause.strip("() ") for clause in expression.replace("/", " OR ").split(" AND ")]
    alternatives = [re.split(r"\s+OR\s+", clause) for clause in clauses]
    picks = [next((c for c in CHOICES if c in some), None) for some in alternatives]
    if None in picks:
        sys.exit(f"error: no licence of {expression!r} is one of {', '.join(CHOICES)}")
    return set(picks)


def plain(text):
    return " ".join(text.split())


APACHE = (ROOT / "LICENSE-APACHE").read_text()
HEAD = re.compile(r"Apache License\s+Version 2\.0, January 2004\s+https?://\S+")
END = "END OF TERMS AND CONDITIONS"
APPENDIX = re.compile(r"APPENDIX: How to apply.*?(limitations under the License\.|\Z)", re.DOTALL)
TERMS = plain(APACHE[HEAD.search(APACHE).end() : APACHE.index(END)])

MIT = (ROOT / "LICENSE-MIT").read_text()
MIT_TERMS = MIT[MIT.index("Permission is hereby granted") :].strip()


def besides_apache(text):
    """What a file says beyond the Apache License."""
    if TERMS not in plain(text):
        return text
    before, after = text[: HEAD.search(text).start()], text[text.index(END) + len(END) :]
    return before + APPENDIX.sub("", after)


def texts(package):
    """What has to be reproduced for a package beside the Apache License."""
    folder, needed = Path(package["manifest_path"]).parent, chosen(package["license"])
    found, kept = set(), []
    for path in sorted(folder.rglob("*")):
        if not NAMES.fullmatch(path.name) or path.suffix == ".rs" or not path.is_file():
            continue
        text = path.read_text()
        kinds = {kind for kind, mark in MARKS.items() if mark in plain(text)}
        found |= kinds
        # A file of its own is of a licence not chosen; one in a folder, or a notice, is of a part.
        is_other = path.parent == folder and kinds and not kinds & needed
        text = "" if is_other else besides_apache(text)
        if text.strip():
            kept.append(text.strip("\n"))
    missing = needed - found - {"Apache-2.0"}
    if missing == {"MIT"} and package["name"] in HOLDERS:
        return [HOLDERS[package["name"]] + "\n\n" + MIT_TERMS]
    if missing:
        sys.exit(f"error: {package['name']} has no text of {', '.join(missing)}")
    return kept


def listing(packages, title, with_apache):
    lines = [title, ""]
    by_text = {}
    for package in packages:
        lines.append(f"{package['name']} {package['version']}: {package['license']}")
        for text in texts(package):
            by_text.setdefault(plain(text), (text, []))[1].append(package["name"])
    for text, names in by_text.values():
        heading = textwrap.fill("Of " + ", ".join(dict.fromkeys(names)) + ":", 80)
        lines += [RULE, heading, "", text]
    if with_apache:
        lines += [RULE, "Of all packages that may be used under the Apache License:", "", APACHE.strip("\n")]
    whole = "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"
    return re.sub(r"\n{3,}", "\n\n", whole)


def main():
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", TARGET,
                                "--all-features"))
    packages = {(p["name"], p["version"]): p for p in metadata["packages"]}
    usual = linked()
    ours = {key for key in usual if key[0] == "shortfall"}
    more = linked("--features", "object-store") - usual
    pick = lambda keys: [packages[key] for key in sorted(keys)]
    files = {
        "usual.txt": listing(
            pick(usual - ours),
            "shortfall may be used under the MIT licence or the Apache License 2.0. It contains the\n"
            "standard library of Rust (MIT OR Apache-2.0) and these packages:",
            with_apache=True,
        ),
        "object-store.txt": listing(
            pick(more), "Built to reach object storage, it also contains these packages:", with_apache=False
        ),
    }
    stale = [name for name, text in files.items() if not is_current(FOLDER / name, text)]
    if "--check" not in sys.argv:
        FOLDER.mkdir(exist_ok=True)
        for name in stale:
            (FOLDER / name).write_text(files[name])
    elif stale:
        sys.exit(f"error: {', '.join(stale)} in {FOLDER} not current; run {sys.argv[0]}")


def is_current(path, text):
    return path.exists() and path.read_text() == text


main()
