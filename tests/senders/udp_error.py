#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""udp_error.py FROM TO SIZE HOPS: sends one datagram, not to be fragmented, from one ADDRESS:PORT to another and tells the
error that comes back about it, in one line:

    ERRNO TYPE.CODE from OFFENDER about ADDRESS:PORT [mtu MTU]

ADDRESS:PORT is where the packet inside the ICMP error went to, as its sender understands it. "nothing" if
none comes within five seconds."""
import errno
import select
import socket
import struct
import sys

IP_MTU_DISCOVER, IP_RECVERR = 10, 11
IPV6_MTU_DISCOVER, IPV6_RECVERR = 23, 25
PROBE = 3  # as DO, and what is known of the path's MTU does not matter


def address(text):
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def open_socket(source, target, hops):
    if ":" in source[0]:
        end = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        end.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PROBE)
        end.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
    else:
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PROBE)
        end.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        end.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
    end.bind(source)
    end.connect(target)
    return end


def offender(data):
    family = struct.unpack_from("=H", data)[0]
    if family == socket.AF_INET:
        return socket.inet_ntop(family, data[4:8])
    return socket.inet_ntop(family, data[8:24])


def tell(end, sent):
    data, ancillary, _, about = end.recvmsg(65535, 512, socket.MSG_ERRQUEUE)
    for level, kind, value in ancillary:
        if (level, kind) not in ((socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)):
            continue
        number, _, icmp_type, code, _, info = struct.unpack_from("=IBBBBI", value)
        host = "[%s]" % about[0] if ":" in about[0] else about[0]
        mtu = " mtu %d" % info if number == errno.EMSGSIZE else ""
        line = "%s %d.%d from %s about %s:%d%s"
        print(line % (errno.errorcode[number], icmp_type, code, offender(value[16:]), host, about[1], mtu))
    if not sent.startswith(data):
        print("but the payload inside is another")


def main():
    source, target, size = address(sys.argv[1]), address(sys.argv[2]), int(sys.argv[3])
    end = open_socket(source, target, int(sys.argv[4]))
    sent = bytes(i * 7 & 255 for i in range(size))
    end.send(sent)
    poll = select.poll()
    poll.register(end, 0)
    if poll.poll(5000):
        tell(end, sent)
    else:
        print("nothing")


if __name__ == "__main__":
    main()
