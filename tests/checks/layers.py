#!/usr/bin/python3
"""Include lines and calls keep to the layers of DESIGN.md: abi <- bpf (kernel side), abi <- libcommon
<- component; no component includes another. Usage: layers.py [TREE]"""

import pathlib
import re
import sys

# Where a library's headers may be included (paths without the suffix, regular expressions).
LIBRARIES = {
    "json-c/": r"libcommon/(report|config_file)(_\w+)?",
    "systemd/": r"libcommon/(log|service)",
    "libmnl/": r"libcommon/(network_\w+|neighbour_keep)|xdp_filter/local_routes|bypass_udp/(conntrack_\w+|netfilter_socket|rules_watch)|tc_offload/offload_interfaces",
    "libnetfilter_conntrack/": r"bypass_udp/conntrack_\w+",
    "microhttpd.h": r"ecbpf/metrics_http",
    "libelf.h": r"libcommon/object_file",
    "gelf.h": r"libcommon/object_file",
    # What loads, attaches, pins and reads maps, and what bridges libbpf's messages.
    "bpf/": r"libcommon/(attachment|bpffs|chain|chain_root|counters|flow_tables(_\w+)?|flow_edits|log|nexthop_maps|object_file|percpu"
            r"|pinned_map|reason_names|slot_repair|slot_table|subprogram|tc_link(_\w+)?)|\w+/\w+_(adopt|attach|detach|health|maps|program)",
}
# Calls that only a main file may make, and calls that no file may.
ONLY_MAIN = {"exit", "err", "errx", "verr", "verrx"}
NEVER = {"system", "popen", "execl", "execlp", "execle", "execv", "execvp", "execvpe", "abort"}
# Kernel side: what the compiler's and the kernel's own headers are called.
KERNEL_HEADERS = r"(linux|asm)/.+|bpf/bpf_(helpers|endian|core_read|tracing)\.h"

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
CALL = re.compile(r"(?<![\w.>])(\w+)\s*\(")
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without_text(source):
    """The source without comments and literals, its lines where they were."""
    return NOT_CODE.sub(lambda match: "\n" * match.group().count("\n"), source)


class Tree:
    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.complaints = []
        self.components = sorted(p.parent.name for p in self.top.glob("*/component.cmake"))
        self.files = [
            path.relative_to(self.top)
            for folder in ["libcommon", "examples"] + self.components
            for suffix in ("*.c", "*.h")
            for path in sorted((self.top / folder).rglob(suffix))
        ]

    def complain(self, file, text):
        self.complaints.append(f"{file}: {text}")

    def resolve(self, file, name):
        """A quoted include as a path in the tree; None: it is generated, or nowhere."""
        for base in (self.top / file.parent, self.top / file.parts[0], self.top / "libcommon",
                     self.top / "tests", self.top):
            path = base / name
            if path.is_file():
                return path.resolve().relative_to(self.top.resolve())
        return None

    def kernel_side(self):
        """*.bpf.[ch], abi/, and every header that one of them includes."""
        todo = [f for f in self.files if re.search(r"\.bpf\.[ch]$", f.name) or is_abi(f)]
        seen = set()
        while todo:
            file = todo.pop()
            if file in seen:
                continue
            seen.add(file)
            text = (self.top / file).read_text()
            todo += [f for kind, name in INCLUDE.findall(text)
                     if kind == '"' and (f := self.resolve(file, name))]
        return seen

    def check(self):
        kernel_side = self.kernel_side()
        for file in self.files:
            text = (self.top / file).read_text()
            for kind, name in INCLUDE.findall(text):
                if kind == "<":
                    self.check_system_include(file, name, file in kernel_side)
                else:
                    self.check_own_include(file, name)
            if "tests" not in file.parts and file not in kernel_side:
                self.check_calls(file, without_text(text))

    def check_system_include(self, file, name, kernel_side):
        if kernel_side:
            own = r"ecbpf/(abi|bpf)/.+" if file.parts[0] == "examples" else r"(?!)"
            if is_abi(file) and name != "linux/types.h":
                self.complain(file, f"<{name}> in abi/, which includes <linux/types.h> only")
            elif not re.fullmatch(f"{KERNEL_HEADERS}|{own}", name):
                self.complain(file, f"<{name}> on the kernel side")
            return
        if "tests" in file.parts:
            return
        stem = str(file.with_suffix(""))
        for prefix, allowed in LIBRARIES.items():
            if name.startswith(prefix) and not re.fullmatch(allowed, stem):
                self.complain(file, f"<{name}>: only {allowed} may")

    def check_own_include(self, file, name):
        stem = str(file.with_suffix(""))
        if name.endswith(".skel.h"):
            if "tests" not in file.parts and not re.fullmatch(LIBRARIES["bpf/"], stem):
                self.complain(file, f'"{name}": a skeleton, only {LIBRARIES["bpf/"]} may')
            return
        target = self.resolve(file, name)
        if target is None:
            self.complain(file, f'"{name}" is nowhere in the tree')
            return
        layer = target.parts[0]
        if target.suffix == ".c":
            self.complain(file, f'"{name}": no file includes a .c')
        if layer in self.components and layer != file.parts[0]:
            self.complain(file, f'"{name}" is {layer}\'s, another component')
        if is_abi(file) and not is_abi(target):
            self.complain(file, f'"{name}" in abi/, which includes nothing else of ours')
        elif target.parts[:2] == ("libcommon", "bpf") and ".bpf." not in file.name:
            self.complain(file, f'"{name}": kernel side, only *.bpf.[ch] may')
        if ".bpf." in file.name and layer == "libcommon" and target.parent.name not in (
                "abi", "bpf", "tests"):
            self.complain(file, f'"{name}": user side, not for *.bpf.[ch]')

    def check_calls(self, file, code):
        is_main = len(file.parts) == 2 and file.name == file.parts[0] + ".c"
        for number, line in enumerate(code.splitlines(), 1):
            for call in CALL.findall(line):
                if call in NEVER or (call in ONLY_MAIN and not is_main):
                    self.complain(f"{file}:{number}", f"calls {call}()")


def is_abi(file):
    return file.parts[:2] == ("libcommon", "abi")


def main():
    tree = Tree(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    if not tree.files:
        sys.exit(f"no C files in {tree.top}")
    tree.check()
    for complaint in tree.complaints:
        print(complaint)
    print(f"{len(tree.files)} files, {len(tree.complaints)} complaints")
    sys.exit(1 if tree.complaints else 0)


main()
