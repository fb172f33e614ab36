#!/bin/sh
# Makes the virtual environment from the lock: by uv where it is there, else by venv and pip.
# usage: install.sh PYTHON VENV
set -eu
python=$1
venv=$2
if command -v uv >/dev/null 2>&1; then
  uv venv --quiet --allow-existing --python "$python" "$venv"
  VIRTUAL_ENV="$PWD/$venv" uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
  VIRTUAL_ENV="$PWD/$venv" uv pip install --quiet --no-deps --no-build-isolation -e .
else
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --require-hashes -r requirements.lock
  "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e .
fi
# Start-up time is read from bytecode, whatever the user's settings say about writing it.
PYTHONDONTWRITEBYTECODE='' "$venv/bin/python" -m compileall -q infra/bedplate "$venv"/lib/python3.*/site-packages >/dev/null 2>&1 || true
