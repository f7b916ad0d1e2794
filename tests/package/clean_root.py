"""A Debian without anything in it, made by debootstrap, to install a package in.

Whoever uses this has a mount namespace of its own, so that nothing stays mounted.
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}


def leave_network():
    """This process and those that it starts have a loopback of their own and nothing else."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def codename():
    """Of the Debian that runs here, whose libraries the package is built for."""
    with open("/etc/os-release", encoding="utf-8") as file:
        values = dict(line.strip().split("=", 1) for line in file if "=" in line)
    return values["VERSION_CODENAME"].strip('"')


class CleanRoot:
    def __init__(self, path, packages, cache):
        """Debian's minimum and these packages; what is fetched is kept in the folder cache."""
        self.path = path
        os.makedirs(cache, exist_ok=True)
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", "--cache-dir=" + cache,
             "--include=" + ",".join(packages), codename(), path],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise AssertionError("debootstrap failed:\n" + done.stdout[-2000:])
        subprocess.run(["mount", "-t", "proc", "proc", self.at("/proc")], check=True)

    def at(self, path):
        """Where a path of the root is outside."""
        return self.path + path

    def command(self, *command, user=None):
        """The words that run a command in the root."""
        words = ["chroot"]
        if user:
            words.append(f"--userspec={user}:{user}")
        return [*words, self.path, *command]

    def run(self, *command, user=None, status=0):
        """What a command says; AssertionError if it ends otherwise."""
        done = subprocess.run(self.command(*command, user=user), check=False, env=ENVIRONMENT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}"
        return done.stdout
