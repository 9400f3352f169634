"""Make .venv and install what requirements.lock pins. Every failure is one clear line.

Run by make. The syntax is kept so plain that a Python too old still gets as far as the message about it.
"""

from __future__ import print_function

import os
import platform
import subprocess
import sys

VENV = ".venv"
LOG = os.path.join(VENV, "install.log")
STAMP = os.path.join(VENV, "ready")
OLDEST = (3, 11)
NETWORK_SIGNS = (
    "NewConnectionError",
    "Network is unreachable",
    "Name or service not known",
    "name resolution",
    "Connection refused",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Read timed out",
    "ProxyError",
    "Max retries exceeded",
)


def stop(message):
    print("pullquote: " + message, file=sys.stderr)
    sys.exit(1)


def check_machine():
    if sys.version_info < OLDEST:
        stop(
            "Python %s is too old, 3.11 or newer is needed. Name one: make chat PYTHON=python3.11"
            % platform.python_version()
        )
    system, machine = platform.system(), platform.machine()
    glibc = system == "Linux" and platform.libc_ver()[0] == "glibc"
    if not ((glibc and machine in ("x86_64", "aarch64")) or (system == "Darwin" and machine == "arm64")):
        stop(
            "%s on %s is not supported: torch and faiss have no packages for it. Supported: Linux with glibc "
            "(x86_64, aarch64; on Windows inside WSL) and macOS (arm64)." % (system, machine)
        )
    if sys.maxsize < 2**32:
        stop("this Python is a 32-bit one, a 64-bit one is needed. Name one: make chat PYTHON=...")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("this Python has no venv. On Debian or Ubuntu: apt install python%d.%d-venv" % sys.version_info[:2])


def python():
    return os.path.join(VENV, "bin", "python")


def make_venv():
    fit = "import pip, sys; sys.exit(sys.version_info[:2] != %r)" % (sys.version_info[:2],)
    if os.path.exists(python()) and subprocess.call([python(), "-c", fit], stderr=subprocess.DEVNULL) == 0:
        return
    import venv

    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        stop("cannot make %s: %s. On Debian or Ubuntu: apt install python3-venv" % (VENV, error))


def pip(*arguments):
    command = [python(), "-m", "pip", "install", "--disable-pip-version-check"] + list(arguments)
    with open(LOG, "a") as log:
        if subprocess.call(command, stdout=log, stderr=subprocess.STDOUT) == 0:
            return
    with open(LOG, errors="replace") as log:
        lines = log.read().splitlines()
    said = "\n".join(lines)
    if "No space left on device" in said:
        stop("the disk is full; the installation needs about 2.5 GB. Free some and run make again.")
    if any(sign in said for sign in NETWORK_SIGNS):
        stop("cannot reach the package index. Check the network and run make again; details: %s" % LOG)
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or ["pip said nothing"]
    stop("the installation failed: %s; details: %s" % (errors[-1], LOG))


def main():
    check_machine()
    make_venv()
    print("pullquote: installing into %s (once; a few minutes) ..." % VENV, file=sys.stderr)
    open(LOG, "w").close()
    torch_index = os.environ.get("TORCH_INDEX")
    extra = ["--extra-index-url", torch_index] if torch_index else []
    pip("-r", "requirements.lock", *extra)
    pip("--no-deps", "--no-build-isolation", "-e", ".")
    open(STAMP, "w").close()


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        stop("cannot write into this folder: %s" % error)
    except KeyboardInterrupt:
        stop("stopped; run make again to go on.")
