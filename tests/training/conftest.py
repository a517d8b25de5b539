"""Nothing here but which files pytest leaves alone."""

from __future__ import annotations

collect_ignore = ["course"]  # its checks are run by us, not by the pytest that runs this
