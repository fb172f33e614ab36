#!/bin/sh
# Pushes what a deployment recorded to the branch $BRANCH of $REMOTE; $TOKEN may write there.
# The branch that people work on is protected: they merge the record like any change.
set -eu
for folder in ledger evidence; do
  if [ -d "$folder" ]; then git add -- "$folder"; fi
done
if git diff --cached --quiet; then
  echo "Nothing was recorded."
  exit 0
fi
git -c user.name=deployment -c user.email=deployment@localhost commit --quiet \
  --message "Record of a deployment of $ENVIRONMENT"
# The helper reads the token from the environment: it stands in no command line.
git -c credential.helper='!f() { echo "username=x-access-token"; echo "password=$TOKEN"; }; f' \
  push --quiet "$REMOTE" "HEAD:refs/heads/$BRANCH" ${PUSH_OPTIONS:-}
echo "The record is on $BRANCH."
