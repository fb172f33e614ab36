"""Puts a text below a merge request, and replaces it when the change is pushed again.

Usage: note.py FILE. NOTES_TOKEN is a project access token with scope `api`; GitLab sets the rest.
"""

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

MARK = "<!-- bedplate preview -->"


def ask(method, address, token, values=None):
    """Return what GitLab answers."""
    data = None if values is None else urlencode(values).encode()
    request = Request(address, data, {"PRIVATE-TOKEN": token}, method=method)
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main(file, given):
    """Write the note, or replace the one that stands there."""
    project = f"{given['CI_API_V4_URL']}/projects/{given['CI_PROJECT_ID']}"
    notes = f"{project}/merge_requests/{given['CI_MERGE_REQUEST_IID']}/notes"
    token = given["NOTES_TOKEN"]
    body = {"body": f"{MARK}\n{Path(file).read_text(encoding='utf-8')}"}
    for page in range(1, 100):
        found = ask("GET", f"{notes}?per_page=100&page={page}", token)
        for note in found:
            if note["body"].startswith(MARK):
                ask("PUT", f"{notes}/{note['id']}", token, body)
                return
        if len(found) < 100:
            break
    ask("POST", notes, token, body)


if __name__ == "__main__":
    main(sys.argv[1], os.environ)
