"""A Slurm cluster of one node for the time of a test: needs root and the packages slurm-wlm and munge of Debian."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

CONF = Path("/etc/slurm/slurm.conf")  # jobs look nowhere else
_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")
_SECONDS = 30
_TEXT = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory={memory} State=UNKNOWN
PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def lacking() -> str:
    """Why there can be no cluster here, "" where there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "starting slurmctld needs root"
    if missing := [name for name in _PROGRAMS if not (shutil.which(name) or Path(f"/usr/sbin/{name}").exists())]:
        return f"not installed: {', '.join(missing)} (on Debian: apt install slurm-wlm munge)"
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        return "not installed: snakemake-executor-plugin-slurm (pip install 'prismake[slurm]')"
    if CONF.exists() and "ClusterName=test" not in CONF.read_text(encoding="utf-8"):
        return f"this computer has a cluster of its own ({CONF})"
    return ""


@contextlib.contextmanager
def slurm_node(folder: Path) -> Iterator[None]:
    """The cluster, until the block ends; its state and logs lie in ``folder``."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    for place in ("/run/munge", "/var/log/munge"):
        subprocess.run(["install", "-d", "-o", "munge", "-g", "munge", place], check=True)
    CONF.parent.mkdir(exist_ok=True)
    # most of this computer's memory in MiB: Slurm refuses a step that asks for more than the node has
    memory = int(0.9 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20)
    host = socket.gethostname().partition(".")[0]
    CONF.write_text(_TEXT.format(host=host, folder=folder, memory=memory), encoding="utf-8")
    as_munge = ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # they keep logs of their own
    started = [subprocess.Popen([*as_munge, "/usr/sbin/munged", "--foreground", "--force"], **quiet)]
    try:
        _until(lambda: Path("/run/munge/munge.socket.2").exists())
        started += [subprocess.Popen([f"/usr/sbin/{name}", "-D"], **quiet) for name in ("slurmctld", "slurmd")]
        _until(
            lambda: (
                "idle"
                in subprocess.run(["sinfo", "-h", "-o", "%t"], check=False, capture_output=True, text=True).stdout
            )
        )
        yield
    finally:
        subprocess.run(["scancel", "--user", "root"], check=False, capture_output=True)
        for process in reversed(started):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_SECONDS)
        CONF.unlink(missing_ok=True)


def _until(reached) -> None:
    last = time.monotonic() + _SECONDS
    while not reached():
        assert time.monotonic() < last, "the cluster does not start"
        time.sleep(0.2)
