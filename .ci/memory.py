"""Runs a command and fails if it took more memory than allowed.

    memory.py MIB COMMAND...
"""

import resource
import subprocess
import sys
import time

most, command = int(sys.argv[1]), sys.argv[2:]
begin = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
seconds = time.monotonic() - begin
# Kilobytes on Linux.
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{peak:.0f} MiB at most, {seconds:.0f} s: {' '.join(command)}")
if peak > most:
    sys.exit(f"more than {most} MiB")
