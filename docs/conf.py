"""How Sphinx makes the site of the documents: `make docs`.

The documents stay plain Markdown that a code host shows as well. The root of the repository is the
source folder, so that a link from a document to anything beside `docs/` leads somewhere here too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
"""The project's root."""

MERMAID = ROOT / ".tools/mermaid/node_modules/@mermaid-js/tiny/dist"
"""What draws diagrams in the reader's browser; `make docs-tools` installs it."""

project = "Bedplate"
author = "the Bedplate authors"
root_doc = "docs/index"
extensions = ["myst_parser"]
include_patterns = ["docs/**", "blueprints/*/README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
# Folders that hold no page are not searched for any.
exclude_patterns = [
    ".*",
    *("benchmarks", "dist", "infra", "policies", "requirements", "site"),
    *("stacks", "templates", "tests", "tools"),
]
# What a command prints stands in `console` blocks too, and is of no language.
suppress_warnings = ["misc.highlighting_failure"]
myst_heading_anchors = 6
myst_fence_as_directive = ["mermaid"]

html_theme = "furo"
html_title = "Bedplate"
html_additional_pages = {"index": "to_index.html"}
html_static_path = [str(MERMAID)] if MERMAID.is_dir() else []
html_copy_source = False
html_show_copyright = False
templates_path = ["_templates"]


class Mermaid(Directive):
    """A diagram, drawn in the browser; without its script the text is shown."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Return the text, marked for the script."""
        text = nodes.unescape("\n".join(self.content))
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        page = f'<pre class="mermaid" style="background: white; color: black">\n{escaped}\n</pre>'
        return [nodes.raw("", page, format="html")]


def setup(app: Sphinx) -> None:
    """Make diagrams known to Sphinx, which calls this."""
    app.add_directive("mermaid", Mermaid)
    if html_static_path:
        app.add_js_file("mermaid.tiny.js", loading_method="defer")
