"""Stands for the Python that runs steps: writes down which step ran, and ends as it was told.

    STUB_LOG=file STUB_FAIL='{"evaluate": [1]}' stub.py -m package.ops.step evaluate

Exit codes of a step are used up in their order; after them it succeeds.
"""

import json
import os
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Note the call and return the exit code that is due."""
    module, rest = arguments[1], arguments[2:]
    name = "wanted" if module.endswith(".wanted") else rest[0]
    log = Path(os.environ["STUB_LOG"])
    started = time.time()
    before = log.read_text().splitlines() if log.exists() else []
    count = sum(1 for line in before if json.loads(line)["step"] == name)
    codes = json.loads(os.environ.get("STUB_FAIL", "{}")).get(name, [])
    code = codes[count] if count < len(codes) else 0
    time.sleep(0.05)
    if "--out" in rest:
        out = Path(rest[rest.index("--out") + 1])
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("no" if code == 3 else "yes")
    line = {"step": name, "code": code, "from": started, "to": time.time(), "args": rest}
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
