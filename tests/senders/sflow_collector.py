#!/usr/bin/python3
"""sflow_collector.py ADDRESS PORT: receives sFlow version 5 until it is killed, and prints a line of JSON for
each datagram, but "ready" first. Decodes discarded packets, which tshark does not know; of the other
samples only their type and sequence."""

import json
import socket
import struct
import sys

DISCARDED, HEADER, SWITCH, FUNCTION = 5, 1, 1001, 1038


class Words:
    """Reads XDR."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def words(self, count):
        self.at += 4 * count
        return struct.unpack_from(f">{count}I", self.data, self.at - 4 * count)

    def word(self):
        return self.words(1)[0]

    def opaque(self, padded=True):
        length = self.word()
        bytes_ = self.data[self.at:self.at + length]
        assert len(bytes_) == length
        self.at += (length + 3) // 4 * 4 if padded else length
        return bytes_

    def block(self):
        """Format and content of a sample or a record."""
        return self.word(), Words(self.opaque())


def discarded(sample):
    names = "sequence", "source_class", "source", "drops", "input", "output", "reason"
    told = dict(zip(names, sample.words(len(names))))
    for _ in range(sample.word()):
        form, record = sample.block()
        if form == HEADER:
            told["protocol"], length, told["stripped"] = record.words(3)
            told["length"] = length - told["stripped"]
            told["bytes"] = record.opaque().hex()
        elif form == SWITCH:
            told["vlan"] = record.words(4)
        elif form == FUNCTION:
            told["symbol"] = record.opaque().decode()
        assert record.at == len(record.data)
    return told


def datagram(data):
    words = Words(data)
    version, family = words.words(2)
    assert version == 5 and family == 1
    agent, _, sequence, _, count = words.words(5)
    told = {"agent": socket.inet_ntoa(struct.pack(">I", agent)), "sequence": sequence, "samples": []}
    for _ in range(count):
        form, sample = words.block()
        one = {"type": form, "sequence": struct.unpack_from(">I", sample.data)[0]}
        if form == DISCARDED:
            one.update(discarded(sample))
            assert sample.at == len(sample.data)
        told["samples"].append(one)
    assert words.at == len(data)
    return told


link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
link.bind((sys.argv[1], int(sys.argv[2])))
print("ready", flush=True)
while True:
    print(json.dumps(datagram(link.recv(65536))), flush=True)
