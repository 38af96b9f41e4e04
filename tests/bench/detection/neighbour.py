"""A noisy neighbour: burns a core and writes to the disk, until it is ended or its parent is gone."""

import os
import sys
import time

BURN_SECONDS = 0.2
BLOCK = bytes(1 << 20)


def burn():
    until = time.monotonic() + BURN_SECONDS
    while time.monotonic() < until:
        pass


def write(path):
    with open(path, "wb") as file:
        for _ in range(8):
            file.write(BLOCK)
        file.flush()
        os.fsync(file.fileno())


def main(directory):
    parent = os.getppid()
    while os.getppid() == parent:
        burn()
        write(os.path.join(directory, "noise"))


if __name__ == "__main__":
    main(sys.argv[1])
