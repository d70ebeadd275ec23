#!/usr/bin/python3
"""exact_frames.py [--unfinished] INTERFACE FILE TEXT...: sends frames and writes them, as they are sent, to the pcap
FILE; with "-" for the interface only writes them. Unfinished ones, UDP over IPv4, leave as a host's own packets: what
is in the checksum field is the sum of the pseudo header, and whoever sends them on a wire finishes it.

Each TEXT is an expression of scapy, a frame or a list of frames: 'Ether() / IP() / UDP(dport=9)'. Names of the
machine's own interfaces and addresses are not looked up: what is not given has the defaults below. On a
link of several queues each CPU sends on its own."""

import socket
import struct
import sys

from scapy.config import conf
conf.route = conf.route6 = None
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption, fragment  # noqa: E402, F401
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop  # noqa: E402, F401
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Dot3, LLC, Ether  # noqa: E402, F401
from scapy.packet import Padding, Raw  # noqa: E402, F401

SOL_PACKET, PACKET_VNET_HDR, PACKET_QDISC_BYPASS = 263, 15, 20
# struct virtio_net_hdr: needs a checksum, from byte 34 on, into byte 34 + 6.
UNFINISHED = struct.pack("<BBHHHH", 1, 0, 0, 0, 34, 6)
HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, 1)


def frame(headers, type=0x0800):
    """Headers behind Ethernet as a frame of the lab; bytes are taken as they are."""
    return bytes(Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01", type=type)) + bytes(headers)


def v4(payload, source="192.0.2.1", **fields):
    return IP(src=source, dst="198.51.100.1", **fields) / payload


def v6(payload, source="2001:db8::1", **fields):
    return IPv6(src=source, dst="2001:db8:1::1", **fields) / payload


def arp():
    return ARP(psrc="192.0.2.1", pdst="192.0.2.2", hwsrc="02:00:00:00:00:01")


def main(interface, path, *texts, prefix=b""):
    frames = []
    for text in texts:
        value = eval(text)  # pylint: disable=eval-used
        frames += [bytes(one) for one in (value if isinstance(value, list) else [value])]
    if interface != "-":
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        link.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
        link.setsockopt(SOL_PACKET, PACKET_VNET_HDR, len(prefix) > 0)
        link.bind((interface, 0))
    with open(path, "wb") as file:
        file.write(HEAD)
        for one in frames:
            file.write(struct.pack("<IIII", 0, 0, len(one), len(one)) + one)
            if interface != "-":
                link.send(prefix + one)
    print(len(frames))


if sys.argv[1] == "--unfinished":
    main(*sys.argv[2:], prefix=UNFINISHED)
else:
    main(*sys.argv[1:])
