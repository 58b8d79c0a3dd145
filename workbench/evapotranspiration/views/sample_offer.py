"""The made-up sample, offered where a project has nothing of its own: it is written when a person asks for it."""

from __future__ import annotations

import ipywidgets

from workbench.data.projects.project import Project
from workbench.evapotranspiration.sample import add_sample, has_own_inputs
from workbench.ui.base import Pane
from workbench.ui.forms.form import ConfigForm
from workbench.ui.tabs import note

__all__ = ["SampleOffer", "sample_above"]

OFFER = (
    "There is no eto_weather, eto_sites or eto_reference in this project's inputs. Upload yours, or add a sample "
    "that needs no network: four fictitious farms, two biased sources, and a reference at three of them; it is "
    "marked as made up."
)


class SampleOffer(Pane):
    """A sentence and a button, gone once the project has weather, sites or a reference.

    Parameters
    ----------
    project
        The project.
    form
        Of a run; it offers the new files.
    """

    def __init__(self, project: Project, form: ConfigForm) -> None:
        super().__init__()
        self._project, self._form = project, form
        if not has_own_inputs(project):
            self.children = [note(OFFER), self.button("Add the sample", self._add), self.strip]

    def __repr__(self) -> str:
        return f"<SampleOffer: {'open' if self.children else 'not needed'}>"

    def _add(self) -> None:
        written = [path.name for path in add_sample(self._project)]
        words = (
            f"{', '.join(written)} lie in the project's inputs." if written else "It is not needed any more."
        )
        self.children = [note(words)]
        self._form.offer_again()


def sample_above(project: Project, form: ConfigForm) -> ipywidgets.Widget:
    """Make the offer for the place above a form."""
    return SampleOffer(project, form)
