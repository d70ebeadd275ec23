#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""TCP connections that end in every way.

tcp_story.py serve ADDRESS PORT: tells "ready", then serves until it is killed.
tcp_story.py STORY FROM TO [BYTES]: a client's; FROM and TO are ADDRESS:PORT. Exit status 0: it went as it
should. Stories:
    exchange  BYTES go there, then the end of them; as many, made of others, come back, then theirs
    refused   nobody listens: a reset answers
    reset     the server resets the connection
    reset-it  the client does, and the server gets to know
    half-open the server has forgotten the connection: a reset answers the next bytes
"""
import hashlib
import signal
import socket
import struct
import sys
import threading

WAIT = 10  # seconds
TCP_REPAIR = 19
LINE = 64


def address(text):
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def payload(size, seed):
    stream = hashlib.shake_256(seed.encode())
    return stream.digest(size)


def read_line(connection):
    line = b""
    while len(line) < LINE:
        more = connection.recv(LINE - len(line))
        if not more:
            raise EOFError
        line += more
    return line.decode().split()


def write_line(connection, *words):
    connection.sendall(" ".join(map(str, words)).encode().ljust(LINE))


def read_all(connection):
    whole = bytearray()
    while True:
        more = connection.recv(1 << 20)
        if not more:
            return bytes(whole)
        whole += more


def drop(connection):
    """Closes with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def forget(connection):
    """Closes without a word."""
    connection.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    connection.close()


class Server:
    def __init__(self):
        self.was_reset = threading.Semaphore(0)

    def serve(self, connection):
        words = read_line(connection)
        if words[0] == "exchange":
            whole = read_all(connection)
            if whole == payload(int(words[1]), "there"):
                connection.sendall(payload(int(words[1]), "back"))
            connection.close()
        elif words[0] == "reset":
            drop(connection)
        elif words[0] == "half-open":
            write_line(connection, "seen")
            read_line(connection)
            forget(connection)
        elif words[0] == "reset-it":
            write_line(connection, "seen")
            try:
                connection.recv(1)
            except ConnectionResetError:
                self.was_reset.release()
        elif words[0] == "was-reset":
            was_reset = self.was_reset.acquire(timeout=WAIT)
            write_line(connection, "yes" if was_reset else "no")
            connection.close()

    def run(self, host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=16)
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            connection.settimeout(WAIT)
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()


def connect(source, target):
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(WAIT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    connection.bind(source)
    connection.connect(target)
    return connection


def is_reset(connection):
    try:
        return "got %r" % connection.recv(1)
    except ConnectionResetError:
        return "reset"


def exchange(source, target, size):
    connection = connect(source, target)
    write_line(connection, "exchange", size)
    connection.sendall(payload(size, "there"))
    connection.shutdown(socket.SHUT_WR)
    whole = read_all(connection)
    if whole != payload(size, "back"):
        return "%d bytes came back, not as they were sent" % len(whole)
    return "exchanged"


def refused(source, target, _):
    try:
        connect(source, target)
    except ConnectionRefusedError:
        return "refused"
    return "connected"


def reset(source, target, _):
    connection = connect(source, target)
    write_line(connection, "reset")
    return is_reset(connection)


def reset_it(source, target, _):
    """The next port of the client asks how it went."""
    connection = connect(source, target)
    write_line(connection, "reset-it")
    read_line(connection)
    drop(connection)
    asking = connect((source[0], source[1] + 1), target)
    write_line(asking, "was-reset")
    return "reset" if read_line(asking) == ["yes"] else "the server does not know"


def half_open(source, target, _):
    connection = connect(source, target)
    write_line(connection, "half-open")
    read_line(connection)
    write_line(connection, "forget")
    # Until the server has, bytes are taken.
    try:
        for _ in range(1000):
            connection.sendall(b"x")
            connection.settimeout(0.01)
            try:
                if connection.recv(1) == b"":
                    return "an orderly end"
            except TimeoutError:
                pass
    except (ConnectionResetError, BrokenPipeError):
        return "reset"
    return "nothing answers"


STORIES = {
    "exchange": (exchange, "exchanged"),
    "refused": (refused, "refused"),
    "reset": (reset, "reset"),
    "reset-it": (reset_it, "reset"),
    "half-open": (half_open, "reset"),
}


def main():
    signal.alarm(60)
    if sys.argv[1] == "serve":
        signal.alarm(0)
        Server().run(sys.argv[2], int(sys.argv[3]))
    story, expected = STORIES[sys.argv[1]]
    size = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    found = story(address(sys.argv[2]), address(sys.argv[3]), size)
    print(found)
    return found != expected


if __name__ == "__main__":
    sys.exit(main())
