#!/usr/bin/python3
"""The configuration file that is installed: right, wants nothing anywhere, and shows every key that there is, right
as well when it is no longer commented out. The schema agrees. Needs a build (ECBPF_BUILD) and python3-jsonschema."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("ECBPF_BUILD", TOP / "build"))
FILE = TOP / "systemd" / "ecbpf.json"
TOOLS = ["xdp_sampler", "xdp_filter", "bypass_udp", "tc_offload"]
# Strings, or what is to go.
COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.S)

# What the tools write and read, and nobody types.
NOT_SHOWN = {"state"}

complaints = []


def complain(text):
    complaints.append(text)


def run(tool, *arguments):
    done = subprocess.run([BUILD / "bin" / tool, *arguments], capture_output=True, text=True, check=False,
                          timeout=60)
    return done.returncode, done.stdout, done.stderr


def expect(status, tool, *arguments):
    code, out, err = run(tool, *arguments)
    if code != status:
        complain(f"{tool} {' '.join(map(str, arguments))}: exit status {code}, not {status}: {out}{err}")
    return out + err


def without_comments(text):
    return json.loads(COMMENT.sub(lambda match: match.group(1) or "", text))


def declared(schema):
    """The keys of an object of the schema and of all that is in it."""
    for key, value in schema.get("properties", {}).items():
        yield key
        yield from declared(value)
        for inner in (value.get("items"), value.get("additionalProperties")):
            if isinstance(inner, dict):
                for one in [inner, *inner.get("anyOf", [])]:
                    yield from declared(one)


def sections(text):
    """Each section's lines, commented or not, by its name."""
    for part in re.split(r'^//\t, (?=")', text, flags=re.M)[1:]:
        yield part.split('"')[1], part.split("\n\n")[0]


def check_keys(text, schema):
    shown = dict(sections(text))
    for name, section in schema["properties"].items():
        if name in ("$schema", "interfaces"):
            continue
        if name not in shown:
            complain(f"no section {name}")
            continue
        for key in sorted(set(declared(section)) - NOT_SHOWN):
            if f'"{key}":' not in shown[name]:
                complain(f"{name}: {key} is not shown")


def check_against_schema(jsonschema, text, schema, what):
    validator = jsonschema.Draft202012Validator(schema)
    for error in validator.iter_errors(without_comments(text)):
        complain(f"{what}: the schema refuses {error.json_path}: {error.message}")


def main():
    try:
        import jsonschema
    except ImportError:
        print("SKIP: python3-jsonschema is not installed")
        sys.exit(77)
    if not (BUILD / "bin" / "ecbpf").exists():
        print(f"SKIP: no bin/ecbpf in {BUILD}: build first, or set ECBPF_BUILD")
        sys.exit(77)
    text = FILE.read_text()
    with_sections = re.sub(r"^//\t", "\t", text, flags=re.M)
    with_examples = re.sub(r"/\*|\*/", "", with_sections)
    schema = json.loads(run("ecbpf", "--schema")[1])
    jsonschema.Draft202012Validator.check_schema(schema)

    wants_nothing = without_comments(text) == {"interfaces": []}
    if not wants_nothing:
        complain("as it is installed the file says more than where: nowhere")
    check_keys(text, schema)
    with tempfile.TemporaryDirectory() as work:
        for name in ("flows.list", "drop.list"):
            pathlib.Path(work, name).touch()
        for what, variant in (("the file", text), ("with its sections", with_sections),
                              ("with its examples", with_examples)):
            path = pathlib.Path(work, "ecbpf.json")
            path.write_text(variant)
            expect(0, "ecbpf", "--check-config", "--config", path)
            check_against_schema(jsonschema, variant, schema, what)
    for tool in TOOLS:
        expect(1, tool, "--wanted", "--config", FILE)
    # What wants something would get it here.
    if wants_nothing and "at no interface" not in expect(0, "xdp_root_loader", "--attach", "--configured", "--config", FILE):
        complain("the root is wanted somewhere")

    for complaint in complaints:
        print(complaint)
    print(f"{len(list(declared(schema)))} keys, {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


main()
