"""A system-call filter for jobs whose engine brings none.

The kernel's attack surface that training never needs is refused with EPERM: new
namespaces and mounts, tracing, keys, BPF, modules, clocks, and the socket families
that a network namespace does not confine. `clone3` says ENOSYS, because a filter
cannot look behind its pointer; the C library then falls back to `clone`.
"""

from __future__ import annotations

import errno
import importlib.util
import tempfile
from typing import IO

CLONE_NAMESPACES = 0x7E020000
"""CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET (linux/sched.h)."""
TIOCSTI = 0x5412
TIOCLINUX = 0x541C
AF_UNCONFINED = (38, 40)
"""AF_ALG and AF_VSOCK: not subject to the network namespace."""

REFUSED = (
    "acct", "add_key", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module",
    "fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module",
    "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl",
    "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mount", "mount_setattr",
    "move_mount", "name_to_handle_at", "open_by_handle_at", "open_tree", "perf_event_open",
    "personality", "pidfd_getfd", "pivot_root", "process_madvise", "process_vm_readv",
    "process_vm_writev", "ptrace", "quotactl", "reboot", "request_key", "setdomainname",
    "sethostname", "setns", "settimeofday", "swapoff", "swapon", "syslog", "umount2",
    "unshare", "userfaultfd", "vhangup",
)  # fmt: skip


def filter_available() -> bool:
    """Whether a filter can be built here (package `pyseccomp` over libseccomp)."""
    if importlib.util.find_spec("pyseccomp") is None:
        return False
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, OSError, RuntimeError):
        return False  # the package is there, libseccomp is not
    return True


def write_filter() -> IO[bytes]:
    """Write the compiled filter to an unnamed file, positioned at its start."""
    import pyseccomp as sc

    rules = sc.SyscallFilter(defaction=sc.ALLOW)
    for name in REFUSED:
        try:
            rules.add_rule(sc.ERRNO(errno.EPERM), name)
        except (OSError, RuntimeError, ValueError):
            continue  # libseccomp is older than the call, the kernel may be too
    refuse = sc.ERRNO(errno.EPERM)
    for bit in (1 << shift for shift in range(32)):
        if bit & CLONE_NAMESPACES:
            rules.add_rule(refuse, "clone", sc.Arg(0, sc.MASKED_EQ, bit, bit))
    rules.add_rule(sc.ERRNO(errno.ENOSYS), "clone3")
    for request in (TIOCSTI, TIOCLINUX):
        rules.add_rule(refuse, "ioctl", sc.Arg(1, sc.MASKED_EQ, 0xFFFFFFFF, request))
    for family in AF_UNCONFINED:
        rules.add_rule(refuse, "socket", sc.Arg(0, sc.EQ, family))
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    rules.export_bpf(file)
    file.flush()
    file.seek(0)
    return file
