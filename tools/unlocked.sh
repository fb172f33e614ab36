#!/bin/sh
# Bakes a model repository, resolves its dependencies anew, and runs what its README says: tells when a
# library that nobody pinned for us breaks the next lock. It needs a package index.
# usage: unlocked.sh PYTHON PROBLEM [FOLDER]
set -eu
python=$("$1" -c "import sys; print(sys.executable)")
problem=$2
folder=${3:-$(mktemp -d)}
root=$(cd "$(dirname "$0")/.." && pwd)
export PATH="$root/.venv/bin:$PATH"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
cd "$folder"
bedplate new-model late-payment --defaults --set "problem_type=$problem" --set "python_version=$version"
cd late-payment
git init --quiet
cp requirements/dev.lock ../locked
# What is locked already would be kept.
rm requirements/run.lock requirements/dev.lock
make lock
diff ../locked requirements/dev.lock | grep '^[<>] [a-z]' || echo "no version differs from the lock"
make install "BASE=$python"
make demo
make check
