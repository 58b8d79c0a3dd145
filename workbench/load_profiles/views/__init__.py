"""Load profiles in notebooks."""

from workbench.ui.declared import JobView

__all__ = ["VIEW"]

VIEW = JobView(
    job="load_profiles",
    title="Load profiles",
    result="workbench.load_profiles.views.view:ProfileAnalysis",
    load="workbench.load_profiles.results.saved:load",
    empty="There are no load profiles yet: make some in load-profiles/10-make.ipynb.",
)
