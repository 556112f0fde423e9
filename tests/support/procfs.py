"""What Linux says of processes: nothing of one that has ended meanwhile."""

from pathlib import Path


def children(pid: int) -> list[int]:
    """Processes that a process has started and that still run."""
    threads = Path(f"/proc/{pid}/task").glob("*")
    return [int(child) for thread in threads for child in _read(pid, f"task/{thread.name}/children").split()]


def arguments(pid: int) -> list[str]:
    return _read(pid, "cmdline").rstrip("\0").split("\0")


def alive(pid: int) -> bool:
    """False as well for one that has ended, and whose parent has not read its exit code."""
    return _stat(pid)[0] not in ("", "Z")


def processor_time(pid: int) -> int:
    """In ticks."""
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12])


def _stat(pid: int) -> list[str]:
    """From its state on; what stands before it may hold anything."""
    return _read(pid, "stat").rpartition(") ")[2].split(" ")


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
