"""Processes with their descendants, and how much memory they take."""

from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def memory_of(processes: Iterable[int]) -> int:
    """Bytes that the processes and all their descendants take, shared pages counted once in all (PSS)."""
    return sum(map(_proportional_set_size, with_descendants(processes)))


def with_descendants(processes: Iterable[int]) -> set[int]:
    """The processes, and all that they and theirs have started and that still run."""
    roots, parents = set(processes), _parents()
    return {pid for pid in parents if _descends(pid, roots, parents)}


def _descends(pid: int, roots: set[int], parents: dict[int, int]) -> bool:
    while pid not in roots:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdecimal():
            try:
                # "pid (name) state parent …", and the name may hold spaces and parentheses.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            parents[int(folder.name)] = int(fields[1])
    return parents


def _proportional_set_size(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # ended, or not ours to look at
    kilobytes = next((line.split()[1] for line in lines if line.startswith("Pss:")), "0")
    return int(kilobytes) * 1024
