"""Refuses answers that can't work, each with one sentence, before anything is written."""

import re
import sys

NAME = r"[a-z](?:[a-z0-9]|-(?!-)){0,%d}(?<!-)"
CHECKS = {
    "repo_slug": (r"""{{ cookiecutter.repo_slug }}""", NAME % 39,
                  "use 1 to 40 lower-case letters, digits and single hyphens"),
    "platform": (r"""{{ cookiecutter.platform }}""", NAME % 15,
                 "use 1 to 16 lower-case letters, digits and single hyphens"),
    "team": (r"""{{ cookiecutter.team }}""", NAME % 31,
             "use 1 to 32 lower-case letters, digits and single hyphens"),
    "region": (r"""{{ cookiecutter.region }}""", r"[a-z]{2}(?:-[a-z]+)+-[0-9]",
               "use the name of an AWS region, such as me-central-1"),
    "jurisdiction": (r"""{{ cookiecutter.jurisdiction }}""", r"[A-Z]{2}",
                     "use an ISO 3166 country code, or EU"),
    "account_dev": (r"""{{ cookiecutter.account_dev }}""", r"[0-9]{12}", "use 12 digits"),
    "account_staging": (r"""{{ cookiecutter.account_staging }}""", r"[0-9]{12}", "use 12 digits"),
    "account_prod": (r"""{{ cookiecutter.account_prod }}""", r"[0-9]{12}", "use 12 digits"),
    "organisation": (r"""{{ cookiecutter.organisation }}""", r"[\w .&'-]{1,60}",
                     "use 1 to 60 letters, digits, spaces and . & ' -"),
    "domain": (r"""{{ cookiecutter.domain }}""",
               r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}",
               "use a domain name, such as acme.example"),
    "cost_center": (r"""{{ cookiecutter.cost_center }}""", r"[\w.-]{1,40}",
                    "use 1 to 40 letters, digits, dots and hyphens"),
}  # fmt: skip

faults = [
    f"{name}: {answer!r} can't be used; {advice}."
    for name, (answer, pattern, advice) in CHECKS.items()
    if not re.fullmatch(pattern, answer)
]
if faults:
    sys.stderr.write("\n".join(faults) + "\n")
    sys.exit(1)
