#!/bin/sh
# Makes a virtual environment of its own from a lock, for a program whose pins can't live beside ours.
# usage: install_apart.sh PYTHON VENV LOCK
set -eu
python=$1
venv=$2
lock=$3
# The project's own environment has uv, which is several times faster than pip.
PATH="$PATH:$PWD/.venv/bin"
if command -v uv >/dev/null 2>&1; then
  uv venv --quiet --allow-existing --python "$python" "$venv"
  VIRTUAL_ENV="$PWD/$venv" uv pip install --quiet --compile-bytecode --require-hashes -r "$lock"
else
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"
fi
