#!/bin/sh
# Says in Markdown what the commit would do: verdicts, and what differs from what is live.
# It needs no account. It works on a copy, so that the releases made to find out are not kept.
set -eu
bedplate=${BEDPLATE:-bedplate}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git archive HEAD | tar -x -C "$copy"
cd "$copy"
{
  # What blocks is told here; it stops the change in the step that checks.
  "$bedplate" check --format markdown || true
  for file in stacks/*.yaml; do
    name=$(basename "$file" .yaml)
    if [ "$name" = common ]; then continue; fi
    printf '\n## %s, against what is live\n\n```text\n' "$name"
    "$bedplate" release "$name" --author preview 2>&1 | sed '/^Written to /,$d' || true
    printf '```\n'
  done
} > text
# Code hosts take some 65,000 characters.
head -c 60000 text | iconv -c -f UTF-8 -t UTF-8
