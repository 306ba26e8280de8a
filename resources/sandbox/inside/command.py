"""Running one command of any language in the sandbox, and collecting the files it was asked to leave.

Belongs here: what the child does between its fork and `execve`, and the reading of output files out of a
folder that a hostile program wrote: no link is followed, nothing but regular files is read.
"""

import fnmatch
import json
import os
import signal
import stat
import struct

_OUTPUT_BYTES, _OUTPUT_FILES = 64 << 20, 4000


def main(payload, proof, token, has_token, lock):
    """Write the files, keep only the descriptors the command may have, give up privileges, execute."""
    folder = os.getcwd()
    size = os.fstat(payload).st_size
    data = os.pread(payload, size, 0)
    (head,) = struct.unpack_from("<I", data)
    order = json.loads(data[4 : 4 + head])
    at = 4 + head
    for name, length, executable in order["files"]:
        if "/" in name:
            os.makedirs(os.path.dirname(name), exist_ok=True)
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o755 if executable else 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data[at : at + length])
        at += length
    if has_token:
        for source, target in ((os.dup(proof), 3), (os.dup(token), 4)):
            os.dup2(source, target)
    os.closerange(5 if has_token else 3, 1024)
    lock()
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # ignored by Python, not by other programs
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(order["argv"][0], order["argv"], environment(order["env"], folder))
    except OSError as error:
        os.write(2, f"{order['argv'][0]}: {error.strerror}\n".encode())
    os._exit(127)


def environment(wanted, folder):
    """The variables a command gets: with namespaces those it was given, as its folder is /tmp there.

    Without them what is said to lie in /tmp lies in the command's own `folder`, and so do the temporary files of its
    tools; OpenSSL is told of no configuration, as the system's would be there but must not be read.
    """
    if folder == "/tmp":
        return wanted
    moved = {
        name: folder + value[4:] if value == "/tmp" or value.startswith("/tmp/") else value
        for name, value in wanted.items()
    }
    return {"TMPDIR": folder, "OPENSSL_CONF": os.devnull, **moved}


def collect(folder, patterns):
    """Files below `folder` whose relative path matches a pattern, as a descriptor of one archive in memory.

    The archive is the length of a JSON list of [name, size], the list, and the contents.
    """
    listed, contents, total = [], [], 0
    for at, folders, names, here in os.fwalk(".", dir_fd=folder, follow_symlinks=False):
        folders.sort()
        for name in sorted(names):
            path = os.path.normpath(os.path.join(at, name))
            if len(listed) >= _OUTPUT_FILES or not any(fnmatch.fnmatchcase(path, p) for p in patterns):
                continue
            try:
                file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=here)
            except OSError:
                continue
            try:
                about = os.fstat(file)
                if stat.S_ISREG(about.st_mode) and total + about.st_size <= _OUTPUT_BYTES:
                    with os.fdopen(os.dup(file), "rb") as reader:
                        content = reader.read(_OUTPUT_BYTES)
                    total += len(content)
                    listed.append([path, len(content)])
                    contents.append(content)
            finally:
                os.close(file)
    head = json.dumps(listed).encode()
    archive = os.memfd_create("outputs")
    with os.fdopen(os.dup(archive), "wb") as writer:
        writer.write(struct.pack("<I", len(head)) + head)
        writer.writelines(contents)
    return archive
