#!/bin/sh
# Verifies every record. All are read, whatever the first one says.
set -eu
bedplate=${BEDPLATE:-bedplate}
code=0
for file in ledger/*.jsonl; do
  if [ ! -e "$file" ]; then
    echo "Nothing is recorded yet."
    continue
  fi
  "$bedplate" audit verify "$(basename "$file" .jsonl)" || code=1
done
exit "$code"
