"""The documentation site: pages, a reference made from the code, pictures (`python -m docs.site`).

The sources of the site are put together in one folder, from which a site generator that knows
nothing of this program makes HTML.
"""

from __future__ import annotations

from docs.site.building import FOLDER, Problem, build, page_text, write_sources
from docs.site.markup import Undescribed

__all__ = ["FOLDER", "Problem", "Undescribed", "build", "page_text", "write_sources"]
