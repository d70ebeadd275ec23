#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""without_tcx.py COMMAND...: runs it as if the kernel had no tcx, and could not say what is attached there: its bpf(2) does
not know BPF_LINK_CREATE and BPF_PROG_QUERY."""
import ctypes
import errno
import os
import platform
import struct
import sys

BPF_SYSCALL = {"x86_64": 321, "aarch64": 280}
BPF_PROG_QUERY, BPF_LINK_CREATE = 16, 28
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # classic BPF: a word of struct seccomp_data; equal to; end
NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data, little endian
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, value)


def main():
    rows = [
        instruction(LOAD, NUMBER),
        instruction(EQUAL, BPF_SYSCALL[platform.machine()], 0, 4),
        instruction(LOAD, FIRST_ARGUMENT),
        instruction(EQUAL, BPF_LINK_CREATE, 1, 0),
        instruction(EQUAL, BPF_PROG_QUERY, 0, 1),
        instruction(RETURN, ERRNO | errno.EINVAL),
        instruction(RETURN, ALLOW),
    ]
    program = Program(len(rows), b"".join(rows))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        sys.exit("no seccomp filter can be set: %s" % os.strerror(ctypes.get_errno()))
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
