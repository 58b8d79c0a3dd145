"""From a file to a confirmed mapping: choose it, answer what is open, say what its columns mean."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.finance.config import FinanceConfig
from workbench.finance.inputs.choices import files
from workbench.finance.inputs.grain import make_ledger, open_questions
from workbench.finance.inputs.mapping.confirming import confirmed
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.mapping.saved import load_mapping, save_mapping
from workbench.finance.inputs.reading.read import Reading, read_file
from workbench.finance.model.calendar import FiscalCalendar
from workbench.finance.model.mapping import RoleMapping
from workbench.finance.model.questions import Question
from workbench.finance.model.roles import TITLES, Role, Variant
from workbench.finance.sample import write_samples
from workbench.ui.base import Pane
from workbench.ui.figures.tables import TableArea
from workbench.ui.fold import Fold
from workbench.ui.forms.form import ConfigForm
from workbench.ui.labels import label_style, labelled
from workbench.ui.tabs import choice, note

__all__ = ["MappingReview", "review_above"]

NOT_USED = "not used"


class MappingReview(Pane):
    """Choose a file of the project's inputs, see what was read, correct it, confirm it.

    Parameters
    ----------
    project
        The project.
    confirmed
        Called with the name of the file when its mapping has been saved.
    """

    def __init__(self, project: Project, confirmed: Callable[[str], None]) -> None:
        super().__init__()
        self._project, self._confirmed = project, confirmed
        self._reading: Reading | None = None
        self._mapping: RoleMapping | None = None
        self._answers: dict[str, str] = {}
        self.file = choice("File", files(self._project) or {"no file yet": ""})
        self.read_button = self.button("Read the file", self._read_anew)
        self.confirm_button = self.button("Confirm these columns", self._confirm)
        self.confirm_button.button_style = "primary"
        self.sample_button = self.button("Add sample files", self._add_samples)
        self._status = ipywidgets.HTML()
        self._questions = ipywidgets.VBox()
        self._columns = ipywidgets.VBox()
        self.file.observe(lambda _: self._clear(), "value")
        wrapped = {"flex_flow": "row wrap", "align_items": "center"}
        buttons = [self.file, self.read_button, self.sample_button]
        row = ipywidgets.HBox(buttons, layout=wrapped)
        self.children = [row, self._status, self.strip, self._questions, self._columns, label_style()]

    # the file

    def take_file(self, name: str) -> None:
        """Read a file that has come into the inputs."""
        self.file.options = files(self._project) or {"no file yet": ""}
        if name in self.file.options:
            self.file.value = name
            self.guarded(self._read_anew)

    def _add_samples(self) -> None:
        clean, messy = write_samples(self._project.inputs)
        self.file.options = files(self._project)
        self.file.value = clean.name
        self._say(
            f"{clean.name} and {messy.name}, the second as messy as exports are, lie in the project's inputs."
        )

    def _read_anew(self) -> None:
        if not self.file.value:
            self._say("Drop a file above, or put one into the project's inputs.")
            return
        _, self._answers = load_mapping(self._project)
        self._read()

    def _read(self) -> None:
        remembered, _ = load_mapping(self._project)
        start_month = FiscalCalendar.of(self._project).start_month
        path = self._project.input(self.file.value)
        self._reading = read_file(path, answers=self._answers, start_month=start_month)
        # What was answered is part of what is kept: a column that was answered to be unused stays so next month.
        self._mapping = confirmed(self._reading, propose_mapping(self._reading, remembered), self._answers)
        self._show()

    # what is shown

    def _show(self) -> None:
        assert self._reading is not None
        assert self._mapping is not None
        reading = self._reading
        asked = open_questions(reading, self._mapping, self._answers)
        self._questions.children = [self._question(question) for question in asked]
        changes = reading.changes.count()
        parts = [
            f"{reading.file}: {reading.kind}, {reading.encoding}, {len(reading.rows)} rows, "
            f"{len(reading.columns)} columns, header in row {reading.header_row}",
            f"{changes} values changed while reading" if changes else "no value changed while reading",
        ]
        if asked:
            parts.append(f"{len(asked)} open questions: answer them to continue")
        else:
            parts.append("check what each column was taken for, then confirm")
        self._say("; ".join(parts) + ".")
        heading = ipywidgets.HTML("<b>What the columns mean</b>")
        rows = [self._column(item.column) for item in self._mapping.columns]
        self.confirm_button.disabled = bool(asked)
        self._columns.children = [heading, *rows, self.confirm_button, self._change_list()]

    def _question(self, question: Question) -> ipywidgets.Widget:
        options = [("choose …", "")] + [
            (option.label + (" (likely)" if option.value == question.recommended else ""), option.value)
            for option in question.options
        ]
        chosen = labelled(
            ipywidgets.Dropdown(options=options, value="", layout={"width": "auto", "max_width": "560px"}),
            question.text,
        )

        def answer(_: object) -> None:
            if chosen.value:
                self._answers[question.key] = chosen.value
                self.guarded(self._read)

        chosen.observe(answer, "value")
        chosen.layout.margin = "4px 0 8px"
        return chosen

    def _column(self, column: str) -> ipywidgets.Widget:
        assert self._mapping is not None
        item = self._mapping.of(column)
        roles = [(NOT_USED, None), *((TITLES[role], role) for role in Role)]
        role = ipywidgets.Dropdown(options=roles, value=item.role, layout={"width": "190px"})
        variants = [(str(variant).replace("_", " "), variant) for variant in Variant]
        variant = ipywidgets.Dropdown(options=variants, value=item.variant, layout={"width": "110px"})
        turned = ipywidgets.Checkbox(
            value=item.sign == "flipped", description="flip sign", indent=False, layout={"width": "100px"}
        )
        labelled(role, f"Role of {column}", where="unseen")
        labelled(variant, f"Kind of {column}", where="unseen")

        def edit(_: object) -> None:
            assert self._mapping is not None
            self._mapping = self._mapping.assigned(column, role.value, variant.value).flipped(
                column, turned.value
            )
            self.guarded(self._show)

        for control in (role, variant, turned):
            control.observe(edit, "value")
        facts = [", ".join(item.samples[:3]), item.currency, item.unit, item.reason]
        words = html.escape("; ".join(part for part in facts if part))
        text = ipywidgets.HTML(
            f'<div style="line-height:1.35"><b>{html.escape(column)}</b><br>'
            f'<span style="opacity:.7;font-size:12px">{words}</span></div>',
            layout={"flex": "1 1 300px", "max_width": "560px", "margin": "0"},
        )
        controls = ipywidgets.HBox([role, variant, turned], layout={"flex_flow": "row wrap"})
        # The column first, then what it is taken for; on a narrow page below each other.
        layout = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "4px 16px"}
        layout |= {"border_bottom": "1px solid var(--jp-border-color2, #e0e0e0)", "padding": "4px 0"}
        return ipywidgets.HBox([text, controls], layout=layout)

    def _change_list(self) -> ipywidgets.Widget:
        assert self._reading is not None
        table = self._reading.changes.table()
        if not len(table):
            return note("Nothing was changed while reading.")
        area = TableArea()
        area.show_frame(table, caption="Changes while reading", limit=100)
        title = f"Changes while reading ({len(table)})"
        return Fold(title, area)

    # confirming

    def _confirm(self) -> None:
        assert self._reading is not None
        assert self._mapping is not None
        calendar = FiscalCalendar.of(self._project)
        ledger = make_ledger(self._reading, self._mapping, calendar=calendar, answers=self._answers)
        save_mapping(self._project, self._mapping, self._answers)
        self._confirmed(self.file.value)
        self._columns.children = []
        self._say(f"{ledger!r}. The columns are kept for next month; set what you like below and press Run.")

    def _clear(self) -> None:
        self._questions.children, self._columns.children = [], []
        self._status.value = ""

    def _say(self, words: str) -> None:
        self._status.value = note(words).value


def review_above(project: Project, form: ConfigForm) -> MappingReview:
    """Make the review that puts a confirmed file into the form of a run.

    Parameters
    ----------
    project
        The project.
    form
        The form; its other fields stay as they are.
    """

    def use(file: str) -> None:
        try:
            config = form.config
        except SettingError:
            # A field of the form is wrong and says so; the file is set beside the defaults.
            config = FinanceConfig()
        form.show(replace(config, file=file))

    review = MappingReview(project, use)
    form.on_file(review.take_file)
    return review
