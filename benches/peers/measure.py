#!/usr/bin/env python3
"""What other tools see of the defects in tests/defects.yaml.

For each row a copy of examples/clean gets that one edit, and every tool looks at it, set up
as well as it can be: with our own JSON Schemas where it takes schemas, with the headings of
the clean card where it takes headings, without opinions on the length of lines. A defect is *noticed* where what the tool prints or
its exit code differs from what it says of the clean example, and *placed* where the output
has the line at fault (of the right file, where it names files).

    pip install pyyaml check-jsonschema huggingface_hub datasheet-ci release-gate yamllint
    npm install @stoplight/spectral-cli markdownlint-cli2
    python benches/peers/measure.py --weighbridge target/release/weighbridge [--only TOOL] [--rows N]

It is no part of the tests: the tools come from package registries, and some of them want the
network. A whole run takes an hour and more on two cores.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CLEAN = ROOT / "examples/clean"
DAY = "2026-11-21"

# The documents of the clean example that a schema of ours describes.
SCHEMAS = {
    "release.v1.json": ["release", "short"],
    "evaluation-packet.v1.json": ["packet"],
    "security-review.v1.json": ["review"],
    "approvals.v1.json": ["approvals"],
    "model-registry.v1.json": ["registry"],
    "prompt-registry.v1.json": ["prompts"],
    "organisation.v1.json": ["organisation"],
}


def apply(edit, folder, files):
    """Makes one edit, as tests/defects.rs does."""
    path = folder / files.get(edit["in"], edit["in"])
    if "copy" in edit:
        shutil.copy(folder / files[edit["copy"]], path)
    elif edit.get("remove"):
        path.unlink()
    elif "drop" in edit:
        path.write_text(without_block(path.read_text(), edit["drop"]))
    elif "from" in edit:
        text = path.read_text()
        assert edit["from"] in text, edit
        path.write_text(text.replace(edit["from"], str(edit["to"]), 1))
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(edit["to"]))


def without_block(text, first):
    """The text without the line that holds `first` and what is nested under it."""
    depth = lambda line: len(line) - len(line.lstrip())
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if first in line)
    end = start + 1
    while end < len(lines) and depth(lines[end]) > depth(lines[start]):
        end += 1
    return "".join(line + "\n" for line in lines[:start] + lines[end:])


def wanted_line(row, folder, files):
    """The file and number of the line at fault, if the file is still there."""
    text = row.get("at") or next((l for l in str(row.get("to", "")).splitlines() if l.strip()), None)
    if text is None:
        return None
    paths = [files.get(row["in"], row["in"]), *files.values()]
    for path in paths:
        file = folder / path
        lines = file.read_text(errors="replace").splitlines() if file.is_file() else []
        for number, line in enumerate(lines, 1):
            if text in line:
                return path, number
    return None


def run(command, folder):
    """The exit code and all output, without the folder's name and times."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    text = (done.stdout + done.stderr).replace(str(folder), ".")
    return done.returncode, re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\d+(\.\d+)? ?m?s\b", "", text)


def tools(binary, node, files):
    """Every tool as a list of commands to run in the folder."""
    here = lambda name: files[name]
    card = here("card")
    spectral = "extends: []\nrules:\n  shape:\n    given: $\n    severity: error\n    then:\n      function: schema\n      functionOptions:\n        schema: {}\n"
    headings = [line for line in (CLEAN / card).read_text().splitlines() if re.match(r"#+ ", line)]
    markdownlint = {"config": {"default": False, "MD043": {"headings": headings}}, "globs": [card]}
    scratch = Path(tempfile.mkdtemp(prefix="peers-"))
    (scratch / ".markdownlint-cli2.jsonc").write_text(json.dumps(markdownlint))
    rulesets = []
    for schema, names in SCHEMAS.items():
        ruleset = yaml.safe_load(spectral)
        body = json.loads((ROOT / "schemas" / schema).read_text())
        ruleset["rules"]["shape"]["then"]["functionOptions"]["schema"] = body
        (scratch / f"{schema}.yaml").write_text(json.dumps(ruleset))
        rulesets.append((scratch / f"{schema}.yaml", [here(name) for name in names]))
    load = "import sys; from huggingface_hub import ModelCard; d = ModelCard.load(sys.argv[1]).data; assert d.license and d.base_model and d.datasets"
    return {
        "weighbridge": [[binary, "check", ".", "--as-of", DAY, "--format", "concise"]],
        "check-jsonschema, our schemas": [
            ["check-jsonschema", "--schemafile", str(ROOT / "schemas" / schema), *map(here, names)]
            for schema, names in SCHEMAS.items()
        ],
        "Spectral, our schemas": [
            [f"{node}/spectral", "lint", "--ruleset", str(ruleset), *paths] for ruleset, paths in rulesets
        ],
        "yamllint": [["yamllint", "-f", "parsable", "-d", "{extends: relaxed, rules: {line-length: disable}}", "."]],
        "markdownlint MD043": [[f"{node}/markdownlint-cli2", "--config", str(scratch / ".markdownlint-cli2.jsonc"), card]],
        "huggingface_hub ModelCard": [[sys.executable, "-c", load, card]],
        "datasheet-ci": [["datasheet-ci", "--kind", "model_card", card]],
        "release-gate audit": [["release-gate", "audit", "."]],
    }


def places(text, path, number):
    """Whether the output names the line, and no other file for it."""
    name = path.rsplit("/", 1)[-1]
    alone = rf"(^|\s)({number})[:,]\d+"
    return bool(re.search(rf"{re.escape(name)}:{number}\b", text) or (name in text and re.search(alone, text, re.M)))


def look(commands, folder):
    return [run(command, folder) for command in commands]


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--weighbridge", default=str(ROOT / "target/release/weighbridge"))
    args.add_argument("--node", default="node_modules/.bin")
    args.add_argument("--only")
    args.add_argument("--rows", type=int)
    args = args.parse_args()
    table = yaml.safe_load((ROOT / "tests/defects.yaml").read_text())
    files, rows = table["files"], table["defects"]
    # A day of its own, or a second edit: those need what the tools cannot be told.
    rows = [row for row in rows if "as_of" not in row][: args.rows]
    print(f"{len(rows)} defects")
    node = str(Path(args.node).resolve())
    for name, commands in tools(str(Path(args.weighbridge).resolve()), node, files).items():
        if args.only and args.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            clean = Path(folder) / "clean"
            shutil.copytree(CLEAN, clean)
            baseline = look(commands, clean)
            start = time.monotonic()
            look(commands, clean)
            took = time.monotonic() - start

        def one(row):
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "clean"
                shutil.copytree(CLEAN, copy)
                apply(row, copy, files)
                if "also" in row:
                    apply(row["also"], copy, files)
                # A command that reads none of the edited files says what it said before.
                edited = {files.get(edit["in"], edit["in"]) for edit in (row, row.get("also", row))}
                seen = [
                    run(command, copy) if "." in command or edited & set(command) else before
                    for command, before in zip(commands, baseline)
                ]
                wanted = wanted_line(row, copy, files)
            # What is new is what the clean example did not already have.
            old = {line for _, text in baseline for line in text.splitlines()}
            new = "\n".join(line for _, text in seen for line in text.splitlines() if line not in old)
            noticed = seen != baseline
            return noticed, noticed and wanted is not None and places(new, *wanted)

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(one, rows))
        noticed = sum(noticed for noticed, _ in results)
        placed = sum(placed for _, placed in results)
        codes = [code for code, _ in baseline]
        print(f"{name:32} noticed {noticed:4}  placed {placed:4}  clean example {took:6.2f} s, exit {max(codes)}")


if __name__ == "__main__":
    main()
