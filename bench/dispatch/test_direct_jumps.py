#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Reads the machine code that the kernel made of a chain: every occupied slot is reached by a direct
jump, every empty slot and every absent hook is skipped. Usage: test_direct_jumps.py BENCH_DISPATCH

`bpftool prog dump jited` would show the same code, but Debian builds it without a disassembler; so
bench_dispatch writes the code down and objdump takes it apart."""

import collections
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

LINE = re.compile(r"^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t?(.*)$")
DIRECT = re.compile(r"^(?:bnd )?(j[a-z]+|call)q? +0x([0-9a-f]+)$")
PATCHED_NOP = "0f1f440000"  # what stands where a jump can be put, and five bytes long like it
SLOTS = 8

Instruction = collections.namedtuple("Instruction", "address bytes text target")


class Program:
    def __init__(self, name, slot, start, length, file):
        self.name = name
        self.slot = slot  # None: the root, or a program in a hook
        self.start = start
        self.end = start + length
        self.code = disassemble(file, start)


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(77)


def disassemble(file, start):
    out = subprocess.run(
        ["objdump", "-D", "-w", "-b", "binary", "-m", "i386:x86-64", f"--adjust-vma={start:#x}", file],
        capture_output=True, text=True, check=True).stdout
    code = []
    for line in out.splitlines():
        match = LINE.match(line)
        if match:
            text = re.sub(r"\s+", " ", match[3]).strip()
            direct = DIRECT.match(text)
            code.append(Instruction(int(match[1], 16), match[2].replace(" ", ""), text,
                                    int(direct[2], 16) if direct else None))
    return code


def load(bench, directory, options):
    """The programs of a chain, as the kernel has them."""
    run = subprocess.run([bench, "--write-code", directory, *options], capture_output=True, text=True)
    if run.returncode == 77:
        skip(run.stderr.strip().splitlines()[-1])
    if run.returncode:
        sys.exit(f"bench_dispatch ended with {run.returncode}: {run.stderr}")
    programs = []
    for line in (directory / "programs").read_text().splitlines():
        number, name, slot, start, length = line.split()
        slot = None if name in ("xdp_root", "empty") else int(slot)
        programs.append(Program(name, slot, int(start, 16), int(length), directory / f"{number}.bin"))
    return programs


def skipped_sites(program):
    """Jumps over a place where a tail call's jump could stand."""
    nops = {i.address + 5 for i in program.code if i.bytes == PATCHED_NOP}
    return [i for i in program.code if i.text.startswith("jmp") and i.target in nops]


def check_program(program, programs, occupied, hooks):
    """What is wrong with one program of the chain, as lines of text."""
    where = program.name if program.slot is None else f"{program.name} in slot {program.slot}"
    entered = collections.Counter()
    before = None
    for i in program.code:
        if re.match(r"(notrack |bnd )*(jmp|call)q? +\*", i.text):
            yield f"{where}: indirect jump at {i.address:#x}: {i.text}"
        elif i.target is not None and not i.text.startswith("call"):
            other = [p for p in programs if p.start <= i.target < p.end]
            if other and other[0] is not program:
                entered[other[0]] += 1
            elif not other and before != "leave":  # behind leave: how this kernel returns
                yield f"{where}: a jump to what is no program at {i.address:#x}: {i.text}"
        before = i.text
    first = 0 if program.slot is None else program.slot + 1
    expected = {p: 1 for p in programs if p.slot is not None and p.slot >= first}
    expected.update({p: 1 for p in programs if p.name == "empty"})
    for other in expected.keys() | entered.keys():
        if entered[other] != expected.get(other, 0):
            yield (f"{where}: {entered[other]} direct jumps to {other.name} in slot {other.slot}, "
                   f"expected {expected.get(other, 0)}")
    empty = sum(1 for slot in range(first, SLOTS) if not occupied & 1 << slot)
    absent = empty + (0 if hooks else 2)
    if len(skipped_sites(program)) != absent:
        yield f"{where}: {len(skipped_sites(program))} jumps are skipped, expected {absent}"


def check(bench, title, occupied, hooks=False, subprogram=None):
    options = ["--slots", str(occupied)] + ["--hooks"] * hooks
    if subprogram:
        options += ["--subprogram", subprogram]
    with tempfile.TemporaryDirectory() as directory:
        programs = load(bench, pathlib.Path(directory), options)
    complaints = []
    for program in programs:
        if program.name != "empty":
            complaints += check_program(program, programs, occupied, hooks)
    print(f"{title}: {len(programs)} programs, {len(complaints)} complaints")
    return complaints


def main():
    if platform.machine() != "x86_64":
        skip(f"reads code of x86_64, this is {platform.machine()}")
    if not shutil.which("objdump"):
        skip("objdump is not installed")
    harden = pathlib.Path("/proc/sys/net/core/bpf_jit_harden")
    if os.access(harden, os.R_OK) and harden.read_text().strip() == "2":
        skip("net.core.bpf_jit_harden is 2, which turns direct jumps off")
    bench = sys.argv[1]
    failed = check(bench, "all slots occupied", 0xff)
    failed += check(bench, "slots 1, 4 and 7 occupied", 0x92)
    failed += check(bench, "no slot occupied", 0)
    failed += check(bench, "all slots occupied, both hooks present", 0xff, hooks=True)
    failed += check(bench, "the sampler in slot 1", 0x02, subprogram="xdp_sampler")
    for complaint in failed:
        print(complaint)
    # The test must see what it is for: slots entered by an index the kernel cannot know.
    control = check(bench, "negative control, variable index", 0xff, subprogram="subprogram_variable")
    for slot in range(SLOTS):
        if not any(f"in slot {slot}: indirect jump" in c or f"in slot {slot}: a jump to what" in c
                   for c in control):
            failed.append(f"negative control: the variable index of slot {slot} was not noticed")
            print(failed[-1])
    sys.exit(1 if failed else 0)


main()
