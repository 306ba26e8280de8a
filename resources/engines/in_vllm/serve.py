"""`vllm serve` under a watch process: `PYTHON serve.py MODEL ...`, PYTHON of an environment that has vLLM.

It takes the arguments of `vllm serve`. When its standard input closes (its parent died), it ends with all that
vLLM has started.
"""

import importlib.metadata
import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Serve until told to end."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from vllm.platforms import current_platform

    if current_platform.is_cpu():
        # where a prompt is read in pieces, vLLM turns its seed back after each, which it cannot on a CPU
        sys.argv.append("--no-enable-chunked-prefill")
    try:
        importlib.metadata.version("vllm")
    except importlib.metadata.PackageNotFoundError:
        # a build under another name, as the one for the CPU: the command `vllm` asks for the version of its own
        sys.argv = ["api_server", "--model", *sys.argv[1:]]
        runpy.run_module("vllm.entrypoints.openai.api_server", run_name="__main__")
    else:
        from vllm.entrypoints.cli.main import main as command

        sys.argv = ["vllm", "serve", *sys.argv[1:]]
        command()


def _end_with_parent() -> None:
    while os.read(0, 1024):  # not sys.stdin, which a thread must not hold when the interpreter ends
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    main()
