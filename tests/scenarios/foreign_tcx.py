#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""foreign_tcx.py load PIN VERDICT: a classifier that says VERDICT to every packet.
foreign_tcx.py attach PIN INTERFACE ingress|egress VERDICT: attaches a tcx program like it
(-1: next, 0: pass, 2: drop), and pins its link.
foreign_tcx.py list INTERFACE ingress|egress: ids and names of the tcx programs there, in the order in which they run."""
import ctypes
import os
import platform
import socket
import struct
import sys

SYSCALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]
PROG_LOAD, OBJ_PIN, PROG_GET_FD_BY_ID, GET_INFO, PROG_QUERY, LINK_CREATE = 5, 6, 13, 15, 16, 28
CLASSIFIER = 3  # BPF_PROG_TYPE_SCHED_CLS
TCX = {"ingress": 46, "egress": 47}
MOST = 64

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, layout, *values):
    """The answer, and the attributes as the kernel has left them."""
    attributes = ctypes.create_string_buffer(struct.pack(layout, *values), 128)
    answer = libc.syscall(SYSCALL, command, attributes, 128)
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, "bpf command %d: %s" % (command, os.strerror(number)))
    return answer, attributes.raw


def address(buffer):
    return ctypes.addressof(buffer)


def load(verdict):
    # r0 = verdict; exit
    instructions = ctypes.create_string_buffer(struct.pack("=BBhiBBhi", 0xB7, 0, 0, verdict, 0x95, 0, 0, 0))
    license_text = ctypes.create_string_buffer(b"GPL")
    layout = "=IIQQIIQII16s"
    values = CLASSIFIER, 2, address(instructions), address(license_text), 0, 0, 0, 0, 0, b"foreign"
    return bpf(PROG_LOAD, layout, *values)[0]


def pin(fd, path):
    text = ctypes.create_string_buffer(path.encode())
    bpf(OBJ_PIN, "=QI", address(text), fd)


def attach(path, interface, side, verdict):
    link, _ = bpf(LINK_CREATE, "=IIII", load(verdict), socket.if_nametoindex(interface), TCX[side], 0)
    pin(link, path)


def name_of(number):
    fd, _ = bpf(PROG_GET_FD_BY_ID, "=I", number)
    info = ctypes.create_string_buffer(256)
    bpf(GET_INFO, "=IIQ", fd, 256, address(info))
    os.close(fd)
    return info.raw[64:80].rstrip(b"\0").decode()


def show(interface, side):
    ids = (ctypes.c_uint32 * MOST)()
    _, attributes = bpf(
        PROG_QUERY, "=IIIIQI", socket.if_nametoindex(interface), TCX[side], 0, 0, ctypes.addressof(ids), MOST
    )
    for number in ids[: struct.unpack_from("=I", attributes, 24)[0]]:
        print(number, name_of(number))


if __name__ == "__main__":
    if sys.argv[1] == "load":
        pin(load(int(sys.argv[3])), sys.argv[2])
    elif sys.argv[1] == "attach":
        attach(*sys.argv[2:5], int(sys.argv[5]))
    else:
        show(*sys.argv[2:4])
