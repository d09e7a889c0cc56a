"""Network namespaces, one a member, joined by links of a given delay and rate.

The kernel's own emulator (tc netem) is not in every kernel; what stands between the namespaces here is a process that holds each
packet back: it leaves its sender's link at the link's rate, is under way for the delay, and comes in by its receiver's link at that
link's rate. Nothing is lost. Needs root and /dev/net/tun; touches no namespace but its own.
"""
import contextlib
import ctypes
import fcntl
import heapq
import multiprocessing
import os
import pathlib
import select
import struct
import subprocess
import time

NETWORK = "10.77.0."
MTU = 1500
TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def missing():
    """Why there can be no emulated links here; None where there can."""
    if os.getuid() != 0:
        return "it needs root"
    return None if pathlib.Path("/dev/net/tun").exists() else "there is no /dev/net/tun"


@contextlib.contextmanager
def inside(namespace):
    """What this thread opens or starts meanwhile belongs to the namespace."""
    here, there = os.open("/proc/thread-self/ns/net", os.O_RDONLY), os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if LIBC.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
        yield
    finally:
        LIBC.setns(here, CLONE_NEWNET)
        os.close(here)
        os.close(there)


def forward(ends, delay, rate, carried):
    """Carries packets among `ends` (file descriptors by the last number of their address) for ever. Seconds; bytes a second."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # a wire does not wait for a processor
    leaves, comes_in = dict.fromkeys(ends, 0.0), dict.fromkeys(ends, 0.0)
    held, numbers = [], {end: number for number, end in ends.items()}
    order = 0
    while True:
        patience = max(0.0, held[0][0] - time.monotonic()) if held else None
        ready, _, _ = select.select(list(numbers), [], [], patience)
        now = time.monotonic()
        for end in ready:
            packet = os.read(end, 2 * MTU)
            source, target = numbers[end], packet[19]
            if packet[0] >> 4 != 4 or target not in ends:
                continue
            leaves[source] = max(now, leaves[source]) + len(packet) / rate
            comes_in[target] = max(leaves[source] + delay, comes_in[target]) + len(packet) / rate
            heapq.heappush(held, (comes_in[target], order, target, packet))
            order += 1
            carried.value += len(packet)
        now = time.monotonic()
        while held and held[0][0] <= now:
            _, _, target, packet = heapq.heappop(held)
            os.write(ends[target], packet)


def open_end(number):
    """The end of a link in the namespace this is called in."""
    end = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22s", b"line0", IFF_TUN | IFF_NO_PI, b""))
    for words in (f"address add {NETWORK}{number}/24 dev line0", f"link set line0 mtu {MTU} txqueuelen 10000 up", "link set lo up"):
        subprocess.run(["ip", *words.split()], check=True)
    return end


class Links:
    """Namespaces for `names`, by name, with addresses; `carried` counts bytes that went between them, headers included."""

    def __init__(self, names, delay_ms, megabits):
        self.namespaces = {name: f"concordat-bench-{name}" for name in names}
        self.addresses = {name: f"{NETWORK}{number}" for number, name in enumerate(names, 1)}
        self.carried = multiprocessing.Value("Q", 0, lock=False)
        self.delay, self.rate = delay_ms / 1000, megabits * 1e6 / 8

    def __enter__(self):
        ends = {}
        for number, namespace in enumerate(self.namespaces.values(), 1):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)
            subprocess.run(["ip", "netns", "add", namespace], check=True)
            with inside(namespace):
                ends[number] = open_end(number)
        self.process = multiprocessing.get_context("fork").Process(target=forward, args=(ends, self.delay, self.rate, self.carried), daemon=True)
        self.process.start()
        for end in ends.values():
            os.close(end)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.join()
        for namespace in self.namespaces.values():
            subprocess.run(["ip", "netns", "del", namespace], check=False)

    def inside(self, name):
        return inside(self.namespaces[name])
