"""A terminal program that misbehaves in the way its argument names. It is no Go program: what it
serves as pprof is just enough for a sample (`behaves` passes), and each kind spoils one thing.

Keys: x turns a lamp on or off, q ends the program.
"""

import gzip
import http.server
import os
import random
import select
import signal
import sys
import threading
import time
import tty

from wire import field, varint
import zlib

KIND = sys.argv[1]
HEAP_RATE = 512
LINGER = 600


# --- What pprof serves; see proto/profile.proto of github.com/google/pprof ---

def profile(types, values, period):
    """One sample with one function on its stack."""
    names = [b"", *types, b"count", b"main.main"]
    out = b"".join(field(1, field(1, 1 + i) + field(2, len(names) - 2)) for i in range(len(types)))
    out += field(2, field(1, varint(1)) + field(2, b"".join(map(varint, values))))
    out += field(4, field(1, 1) + field(4, field(1, 1)))
    out += field(5, field(1, 1) + field(2, len(names) - 1))
    out += b"".join(field(6, name) for name in names)
    return out + field(12, period)


HEAP = gzip.compress(profile([b"alloc_objects", b"alloc_space", b"inuse_objects", b"inuse_space"],
                             [1, 16, 1, 16], HEAP_RATE))
GOROUTINE = gzip.compress(profile([b"goroutine"], [1], 1))
INDEX = b"<html>/debug/pprof/ <a href=goroutine>goroutine</a> <a href=heap>heap</a></html>"
MEMSTATS = (f"heap profile: 1: 16 [1: 16] @ heap/{2 * HEAP_RATE}\n"
            "\n# runtime.MemStats\n# HeapAlloc = 16\n# HeapInuse = 16\n# HeapObjects = 1\n"
            "# NumForcedGC = 2\n").encode()


def bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1024 * 1024)
    return b"".join(packer.compress(block) for _ in range(300)) + packer.flush()


def garbage():
    return random.Random(1).randbytes(4096)


# Instead of the heap profile.
SPOILT = {
    "garbage": garbage,
    "truncated-gzip": lambda: HEAP[:-12],
    "gzip-bomb": bomb,
    "gzip-garbage": lambda: gzip.compress(garbage()),
    "login-page": lambda: b"<html><title>::error::Log in</title></html>",
    "empty": lambda: b"",
}


class Pprof(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, kind="application/octet-stream"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        name = self.path.removeprefix("/debug/pprof/")
        if KIND == "index-never-answers":
            time.sleep(LINGER)
        if KIND == "index-one-byte-a-second":
            self.answer_slowly()
        if name == "":
            self.answer(INDEX, "text/html")
        elif name == "heap?gc=1":
            self.heap()
        elif name == "heap?debug=1":
            self.answer(MEMSTATS, "text/plain")
        elif name == "goroutine":
            self.answer(GOROUTINE)
        else:
            self.send_error(404)

    def heap(self):
        if KIND == "heap-never-answers":
            time.sleep(LINGER)
        elif KIND == "heap-one-byte-a-second":
            self.answer_slowly()
        elif KIND == "endless-body":
            self.endless_body()
        elif KIND == "endless-headers":
            self.endless_headers()
        elif KIND == "redirect":
            self.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
                             b"Content-Length: 0\r\n\r\n")
        elif KIND == "heap-stops-itself":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif KIND == "heap-ends-the-program":
            os._exit(3)
        elif KIND in SPOILT:
            self.answer(SPOILT[KIND]())
        else:
            self.answer(HEAP)

    def answer_slowly(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        for _ in range(LINGER):
            self.wfile.write(b"x")
            time.sleep(1)

    def endless_body(self):
        """A gigabyte, in chunks that say nothing of its size."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(1024):
            self.wfile.write(b"100000\r\n" + bytes(0x100000) + b"\r\n")

    def endless_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000_000):
            self.wfile.write(b"X-%d: %s\r\n" % (number, b"x" * 100))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # leakgate hangs up on what it does not want


def serve():
    server = Server(("127.0.0.1", 0), Pprof)
    threading.Thread(target=server.serve_forever, daemon=True).start()


# --- The terminal ---

def draw(text):
    data = text if isinstance(text, bytes) else text.encode()
    while data:
        data = data[os.write(1, data):]


def for_ever(make):
    number = 0
    while True:
        number += 1
        draw(make(number))


def in_background(work, *arguments):
    threading.Thread(target=work, args=arguments, daemon=True).start()


def spin():
    for number in range(10 ** 9):
        draw(f"\x1b[5;1H{number}\x1b[K")
        time.sleep(0.01)


def fork(session):
    """A child that does nothing for a long time."""
    if os.fork():
        return
    if session:
        os.setsid()
        if os.fork():
            os._exit(0)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
    time.sleep(LINGER)
    os._exit(0)


def end_deaf():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)


HOSTILE_TEXT = ("::error::owned\r\n  ::add-mask::e\r\n"
                "##[error]owned\r\n##vso[task.complete]owned\r\n"
                "</script><script>alert(1)</script>\r\n| a | b |\r\n")
HOSTILE_BYTES = (b"\x9b31mred \x9d0;title\x9c \x90q\x9c \xff\xfe\xc0\xaf "
                 b"\xed\xa0\x80 \xf5\x80\x80\x80 "
                 b"\xe2\x80\xae backwards \x1b_apc\x1b\\ \x1b]52;c;b3duZWQ=\x07 "
                 b"\x1b[6n\x1b[c\x0e\x0f\x7f "
                 b"\xc2\x9b32m end of it\r\n")


def misbehave_before_all():
    if KIND == "exits-at-once":
        sys.exit(0)
    if KIND == "crashes-at-start":
        sys.exit("misbehaving: no reason to live")
    if KIND == "killed-at-start":
        os.kill(os.getpid(), signal.SIGSEGV)
    if KIND == "never-draws":
        time.sleep(LINGER)
    if KIND == "floods":
        for_ever(lambda number: f"{number} lines of no interest\r\n" * 100)
    if KIND == "floods-errors":
        while True:
            os.write(2, b"an error of no interest\n" * 100)


def misbehave_when_drawn():
    if KIND == "draws-for-ever":
        in_background(spin)
    elif KIND == "title-and-clipboard":
        in_background(for_ever, lambda number: f"\x1b]2;title {number}\x07\x1b]52;c;b3duZWQ=\x07")
    elif KIND == "unfinished-sequence":
        draw("\x1b]2;" + "x" * 200000)
    elif KIND == "hostile-bytes":
        draw(HOSTILE_BYTES)
    elif KIND == "hostile-text":
        draw(HOSTILE_TEXT)
        os.write(2, HOSTILE_TEXT.replace("\r", "").encode())
    elif KIND == "hostile-errors":
        os.write(2, HOSTILE_BYTES)
    elif KIND == "closes-its-terminal":
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        time.sleep(LINGER)
    elif KIND == "deaf":
        end_deaf()
    elif KIND == "fork-storm":
        for number in range(150):
            fork(session=number % 2 == 0)
    elif KIND == "zombies":
        for _ in range(20):
            if not os.fork():
                os._exit(0)
    elif KIND == "crashes-later":
        threading.Timer(0.3, os._exit, [7]).start()


def main():
    misbehave_before_all()
    if KIND != "no-pprof":
        serve()
    tty.setraw(0)
    lamp = False
    draw("\x1b[2J\x1b[H\x1b[20;1Hready\r\nlamp off\x1b[1;1H")
    misbehave_when_drawn()
    while True:
        if KIND == "reads-late":
            select.select([0], [], [])
            time.sleep(0.3)
        try:
            keys = os.read(0, 64).decode(errors="replace")
        except OSError:  # the terminal is gone
            if KIND != "deaf":
                raise
            time.sleep(LINGER)
        if KIND == "reads-late":
            keys = keys.replace("\x1bx", "")  # Alt-x, which means nothing
        for key in keys:
            if key == "q" and KIND != "deaf":
                draw("\x1b[2J")
                os._exit(0)
            if key == "x" and KIND == "stops-itself":
                os.kill(os.getpid(), signal.SIGSTOP)
            if key == "x":
                lamp = not lamp
                draw(f"\x1b[21;1Hlamp {'on ' if lamp else 'off'}\x1b[1;1H")


main()
