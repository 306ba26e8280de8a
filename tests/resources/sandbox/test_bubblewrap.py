"""Commands in isolation: what they see, what they may use, what comes back, and that nothing stays."""

import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from resources.sandbox import bubblewrap, isolation
from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.bubblewrap import close_sandboxes, run
from resources.sandbox.isolation import probe
from resources.sandbox.sandbox_uid import sandbox_uid
from resources.sandbox.seccomp import filter_programs
from resources.sandbox.server_process import Backend


@pytest.fixture(autouse=True, scope="module")
def sandboxes():
    try:
        isolation.isolation()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    yield
    close_sandboxes()


def shell(script: str, **settings):
    return run(["bash", "-c", script], **settings)


def test_a_command_runs_as_nobody_of_the_host_in_an_empty_folder():
    done = shell("id -u; pwd; ls -A; env | cut -d= -f1 | sort; echo HOME=$HOME")
    uid, folder, *rest = done.output_tail.split()
    assert int(uid) == sandbox_uid() != 0
    assert folder == "/tmp"
    assert set(rest) <= {"HOME", "LANG", "PATH", "PWD", "SHLVL", "_", "HOME=/tmp", "OLDPWD"}
    assert done.exit_code == 0 and done.signal is None and done.limit_hit is None


def test_files_go_in_and_asked_for_outputs_come_back():
    done = shell(
        "cat in/a.txt > out/b.bin; ./tool.sh; ln -s /etc/hostname out/link; mkfifo out/pipe; touch other",
        files={"in/a.txt": b"\x00\xffa", "tool.sh": b"#!/bin/bash\necho hi > out/c.txt\n", "out/.keep": b""},
        outputs=["out/*"],
    )
    assert done.exit_code == 0, done.output_tail
    assert done.files == {"out/.keep": b"", "out/b.bin": b"\x00\xffa", "out/c.txt": b"hi\n"}


def test_outputs_of_a_command_that_failed_or_was_stopped():
    done = shell("echo x > a; while :; do :; done", limits=Limits(cpu_s=0.2), outputs=["a"])
    assert done.limit_hit == "cpu" and done.files == {"a": b"x\n"}


def test_the_token_is_read_once_and_the_proof_comes_back():
    done = shell('read -r t <&4; echo "got $t" >&3; read -r t <&4 || echo none >&3', token=b"abc\n")
    assert done.proof == b"got abc\nnone\n"
    closed = shell("echo x >&3 || echo no; read -r t <&4 || echo no")
    assert closed.proof == b"" and closed.output_tail.split().count("no") == 2


def test_exit_status_and_signal_are_told_apart():
    assert shell("exit 137").exit_code == 137
    killed = shell("kill -9 $$")
    assert killed.exit_code is None and killed.signal == 9 and killed.limit_hit is None
    assert run(["no-such-command"]).exit_code == 127


@pytest.mark.parametrize(
    ("script", "limits", "hit"),
    [
        ("while :; do :; done", Limits(cpu_s=0.3), "cpu"),
        ("for i in 1 2 3 4; do (while :; do :; done) & done; wait", Limits(cpu_s=0.4), "cpu"),
        ("while :; do /bin/true; done", Limits(cpu_s=0.3), "cpu"),
        ("sleep 100", Limits(cpu_s=0.1), "wall"),
        ("yes", Limits(output_kb=64), "output"),
    ],
    ids=["one loop", "the sum of children", "children that end", "sleep", "output"],
)
@pytest.mark.slow(seconds=1)
def test_limits_hold_for_all_processes_together(script, limits, hit):
    started = time.monotonic()
    done = shell(script, limits=limits)
    assert done.limit_hit == hit and done.exit_code is None and done.signal is None
    assert len(done.output_tail) <= 4096
    assert time.monotonic() - started < 60


def test_memory_of_all_processes_together():
    forks = "import os, time\nfor _ in range(6):\n    if not os.fork(): break\n"
    script = forks + "x = os.urandom(1 << 20) * 60\ntime.sleep(20)"
    python = os.path.realpath(sys.executable)  # a virtual environment below /tmp is not visible inside
    done = run([python, "-c", script], limits=Limits(memory_mb=128), address_space=False)
    assert done.limit_hit == "memory" and done.peak_mb > 100


@pytest.mark.slow(seconds=1)
def test_disk_and_processes_are_bounded():
    full = shell(
        "for i in 1 2 3 4 5 6; do head -c 8000000 /dev/zero > f$i || echo full; done",
        limits=Limits(disk_mb=16),
    )
    assert "full" in full.output_tail
    many = shell(
        "for i in $(seq 40); do sleep 5 & done 2>/dev/null; jobs -p | wc -l",
        limits=Limits(processes=10),
        wall_s=3,
    )
    assert many.limit_hit == "wall" or int(many.output_tail.split()[-1]) < 12


def test_nothing_survives():
    shell("(setsid sleep 987 &) ; (setsid nohup sleep 987 >/dev/null 2>&1 &); touch /tmp/left /dev/shm/left")
    done = shell("ls /tmp /dev/shm; ps aux 2>/dev/null | grep -c '[s]leep 987'")
    assert done.output_tail.split() in (["/dev/shm:", "/tmp:", "0"], ["/dev/shm", "/tmp:", "0"])
    ours = psutil.Process().children(recursive=True)
    assert not [p for p in ours if p.status() != psutil.STATUS_ZOMBIE and "987" in p.cmdline()]


def test_the_system_is_there_and_read_only():
    forbidden = "/usr/x /etc/x /x /dev/x /proc/sys/kernel/core_pattern"
    done = shell(
        f"for f in {forbidden}; do (: > $f) 2>/dev/null && echo $f; done; ls -d /home /etc/passwd /root/*"
    )
    assert all("cannot access" in line for line in done.output_tail.splitlines()), done.output_tail


def test_a_toolchain_folder_is_bound_where_it_is():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as closed:  # its own mode is 0700, as root's home
        folder = Path(closed) / "tool"
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "hello").write_text("#!/bin/sh\necho bound\n")
        (folder / "bin" / "hello").chmod(0o755)
        done = run([str(folder / "bin" / "hello")], binds=[str(folder)])
        assert done.output_tail == "bound\n", done
        assert "Read-only" in shell(f"touch {folder}/x", binds=[str(folder)]).output_tail
        close_sandboxes()


def test_a_folder_that_the_private_tmp_hides_is_refused():
    with pytest.raises(ValueError, match="/tmp/tools"):
        run(["true"], binds=["/tmp/tools"])


def test_a_dead_sandbox_is_replaced():
    shell("true")
    for server in bubblewrap._kept.servers.values():
        psutil.Process(server.pid).kill()
    assert shell("echo again").output_tail == "again\n"


def test_output_is_valid_text():
    done = shell("printf 'a\\xff\\x00b'")
    assert done.output_tail == "a\\xff\\0b"


@pytest.mark.parametrize("backend", ["bwrap", "landlock"])
def test_no_escape_works(backend):
    try:
        isolation.isolation(backend)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    assert probe(Backend(backend)) == []


def test_an_escape_that_works_is_a_refusal(monkeypatch):
    open_door = isolation._ATTEMPTS.replace('"root was taken": become_root', '"root was taken": lambda: True')
    assert open_door != isolation._ATTEMPTS
    monkeypatch.setattr(isolation, "_ATTEMPTS", open_door)
    isolation.forget()
    with pytest.raises(SandboxUnavailable, match=r"root was taken.*apt-get install bubblewrap"):
        isolation.isolation("bwrap")
    isolation.forget()


def test_without_bubblewrap_there_is_a_fallback_or_a_remedy(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    isolation.forget()
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        isolation.isolation("bwrap")
    try:
        assert isolation.isolation() == "landlock"
    except SandboxUnavailable as error:
        assert "user namespaces" in str(error)
    isolation.forget()


def test_an_unknown_backend_is_named():
    with pytest.raises(SandboxUnavailable, match="'none'"):
        isolation.isolation("none")


def test_a_sandbox_uid_belongs_to_nobody():
    import pwd

    if os.getuid() != 0:
        assert sandbox_uid(3) == os.getuid()
        return
    uids = {sandbox_uid(worker) for worker in range(4)}
    assert len(uids) == 4 and 0 not in uids
    for uid in uids:
        with pytest.raises(KeyError):
            pwd.getpwuid(uid)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("own_pids_only", [True, False])
def test_the_filter_is_well_formed(machine, own_pids_only):
    for program in filter_programs(own_pids_only=own_pids_only, machine=machine):
        assert len(program) % 8 == 0 and len(program) // 8 < 4096
        codes = [program[at] | program[at + 1] << 8 for at in range(0, len(program), 8)]
        for at, code in enumerate(codes):
            if code & 7 == 5:  # a jump lands inside
                assert at + 1 + max(program[8 * at + 2], program[8 * at + 3]) < len(codes)
        assert codes[-1] == 6  # and the end is an answer
    with pytest.raises(OSError, match="riscv64"):
        filter_programs(own_pids_only=True, machine="riscv64")
