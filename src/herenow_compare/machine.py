"""The machine that runs the measurement."""

import os
import platform
import resource
from pathlib import Path

OTHER_FILES = 1200  # that a process holds besides its viewers: devices and its own


def machine() -> str:
    return f"{os.cpu_count()} cores of {_model()}, Python {platform.python_version()}, {platform.system()}"


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def processor_time(pid: int) -> float | None:
    """Seconds that a process has used so far, to a hundredth. None where the system does not report
    it, or the process has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def files_for(connections: int) -> int:
    """How many connections a process may hold here, `connections` at most. Raises the soft limit, which its children
    inherit, where the hard limit allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft - OTHER_FILES)
