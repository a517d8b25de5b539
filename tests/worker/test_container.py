"""What a container has left of memory, on files as real systems have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.worker.container import Container

MIB = 1 << 20
V1_NONE = "9223372036854771712"
DOCKER = "/docker/c33988ec7651ebc867cb24755eaf637a6734088bc7eef59d5799293a9e5450f7"
POD = "/kubepods/burstable/poda2ebe2cd-64c7-11ea-8799-eeeeeeeeeeee"
SLICE = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podfe8b276d_84bf.slice"
USER = "/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope"
STAT = "cache 7\nrss 9\ntotal_inactive_file {0}\ntotal_active_file {1}\nhierarchical_memory_limit {2}\n"


def v1(
    limit: int | str, used: int, files: tuple[int, int] = (0, 0), above: int | str = V1_NONE
) -> dict[str, str]:
    return {
        "memory.limit_in_bytes": f"{limit}\n",
        "memory.usage_in_bytes": f"{used}\n",
        "memory.stat": STAT.format(*files, above),
        "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    }


def v2(
    limit: int | str, used: int, files: tuple[int, int] = (0, 0), high: int | str = "max"
) -> dict[str, str]:
    return {
        "memory.max": f"{limit}\n",
        "memory.high": f"{high}\n",
        "memory.current": f"{used}\n",
        "memory.stat": f"anon 5\nfile 6\ninactive_file {files[0]}\nactive_file {files[1]}\n",
        "memory.events": "low 0\nhigh 0\nmax 5\noom 2\noom_kill 2\noom_group_kill 0\n",
    }


def container(
    root: Path, cgroup: str, mountinfo: str, groups: Mapping[str, Mapping[str, str]], vmstat: str = ""
) -> Container:
    proc = root / "proc" / "self"
    proc.mkdir(parents=True)
    (proc / "cgroup").write_text(cgroup)
    (proc / "mountinfo").write_text(mountinfo)
    if vmstat:
        (root / "proc" / "vmstat").write_text(vmstat)
    for folder, files in groups.items():
        place = root / folder.lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (place / name).write_text(text)
    return Container(root)


M1 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755\n12 31 0:30 {0} /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n518 516 0:31 {0} /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:15 - cgroup cgroup rw,memory\n"
M2 = "570 569 0:29 {0} /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot\n"
C1 = "11:cpu,cpuacct:{0}\n5:memory:{0}\n1:name=systemd:{0}\n"
AT = "/sys/fs/cgroup"

CASES = {
    "v1: a host without limits": (C1.format("/"), M1.format("/"), {f"{AT}/memory": v1(V1_NONE, 50)}, None),
    "v1: docker": (C1.format(DOCKER), M1.format(DOCKER), {f"{AT}/memory": v1(768 * MIB, 100 * MIB)}, 668),
    "v1: docker, where files are in the way": (
        C1.format(DOCKER),
        M1.format(DOCKER),
        {f"{AT}/memory": v1(768 * MIB, 700 * MIB, (300 * MIB, 200 * MIB))},
        568,
    ),
    "v1: kubernetes, the limit of the pod out of sight": (
        C1.format(f"{POD}/a026c4"),
        M1.format(f"{POD}/a026c4"),
        {f"{AT}/memory": v1(V1_NONE, 100 * MIB, above=512 * MIB)},
        412,
    ),
    "v1: nested groups, the outer one tighter": (
        C1.format("/a/b/c"),
        M1.format("/"),
        {
            f"{AT}/memory": v1(V1_NONE, 0),
            f"{AT}/memory/a": v1(300 * MIB, 200 * MIB),
            f"{AT}/memory/a/b": v1(V1_NONE, 60 * MIB),
            f"{AT}/memory/a/b/c": v1(250 * MIB, 50 * MIB),
        },
        100,
    ),
    "v1: a group inside of docker's": (
        C1.format(f"{DOCKER}/sub"),
        M1.format(DOCKER),
        {f"{AT}/memory": v1(300 * MIB, 100 * MIB), f"{AT}/memory/sub": v1(V1_NONE, 9)},
        200,
    ),
    "v1 and v2 side by side": (
        f"{C1.format('/x')}0::/y\n",
        M1.format("/") + "21 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        {f"{AT}/memory/x": v1(90 * MIB, 0), f"{AT}/unified/y": {}},
        90,
    ),
    "v2: a host without limits": ("0::/\n", M2.format("/"), {AT: {"memory.stat": "anon 1\n"}}, None),
    "v2: docker with its own namespace": ("0::/\n", M2.format("/"), {AT: v2(768 * MIB, 68 * MIB)}, 700),
    "v2: no limit": ("0::/\n", M2.format("/"), {AT: v2("max", 68 * MIB)}, None),
    "v2: docker with the host's namespace": (
        f"0::{DOCKER}\n",
        M2.format("/"),
        {f"{AT}{DOCKER}": v2("max", 1), f"{AT}/docker": v2(80 * MIB, 20 * MIB)},
        60,
    ),
    "v2: kubernetes, from the node": (
        f"0::{SLICE}/cri-containerd-9c2e.scope\n",
        M2.format("/"),
        {
            f"{AT}{SLICE}/cri-containerd-9c2e.scope": v2(200 * MIB, 10 * MIB),
            f"{AT}{SLICE}": v2(500 * MIB, 400 * MIB),
        },
        100,
    ),
    "v2: systemd with MemoryHigh": (
        f"0::{USER}\n",
        M2.format("/"),
        {f"{AT}{USER}": v2(900 * MIB, 100 * MIB, high=500 * MIB), f"{AT}/user.slice": v2("max", 1)},
        400,
    ),
    "v2: more than the limit is in use": ("0::/\n", M2.format("/"), {AT: v2(10 * MIB, 12 * MIB)}, 0),
    "v2: no usage": ("0::/\n", M2.format("/"), {AT: {"memory.max": "1000000\n"}}, None),
    "v2: mounted from above the namespace": ("0::/\n", M2.format("/../../.."), {AT: v2(MIB, 0)}, None),
    "v2: mounted twice, once usefully": (
        "0::/\n",
        M2.format("/../../..") + M2.format("/").replace(AT, "/mnt/c"),
        {AT: v2(MIB, 0), "/mnt/c": v2(5 * MIB, 0)},
        5,
    ),
    "v2: out of the namespace": ("0::/../other\n", M2.format("/"), {AT: v2(MIB, 0)}, None),
    "v2: a name with a space": (
        "0::/a b\n",
        M2.format("/").replace(AT, "/mnt/c\\040d"),
        {"/mnt/c d/a b": v2(7 * MIB, 0)},
        7,
    ),
    "v1: another group is mounted": (
        C1.format("/one"),
        M1.format("/two"),
        {f"{AT}/memory": v1(MIB, 0)},
        None,
    ),
    "no cgroups": ("", "", {}, None),
    "nonsense": ("0::\nx\n::\n", " - \nx - cgroup2 x\n", {AT: {"memory.max": "?"}}, None),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_left(tmp_path: Path, case: str) -> None:
    cgroup, mountinfo, groups, expected = CASES[case]
    left = container(tmp_path, cgroup, mountinfo, groups).memory_left()
    assert (left if left is None else left / MIB) == expected


def test_kills_are_counted_in_the_own_group_or_else_on_the_machine(tmp_path: Path) -> None:
    vmstat = "pgfault 1\noom_kill 9\n"
    groups = {AT: v2(MIB, 0), f"{AT}/a": v2(MIB, 0) | {"memory.events": "oom_kill 4\n"}}
    assert container(tmp_path / "1", "0::/a\n", M2.format("/"), groups, vmstat).kills() == 4
    assert (
        container(tmp_path / "2", C1.format("/"), M1.format("/"), {f"{AT}/memory": v1(9, 9)}, vmstat).kills()
        == 3
    )
    assert container(tmp_path / "3", "0::/\n", M2.format("/"), {AT: {}}, vmstat).kills() == 9
    assert container(tmp_path / "4", "", "", {}).kills() == 0


def test_a_limit_that_changes_is_seen(tmp_path: Path) -> None:
    one = container(tmp_path, "0::/\n", M2.format("/"), {AT: v2("max", 0)})
    assert one.memory_left() is None
    (tmp_path / AT.lstrip("/") / "memory.max").write_text(str(MIB))
    assert one.memory_left() == MIB
