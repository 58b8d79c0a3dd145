"""The cells of a board with one of everything, that writes down whatever a visitor achieves."""

from __future__ import annotations

CELLS = [
    """
import datetime, os, pathlib, time
import ipywidgets
from IPython.display import display

_deeds = pathlib.Path(os.environ["DEEDS"])
def deed(*words):
    with _deeds.open("a") as file:
        file.write(" ".join(map(str, words)) + "\\n")

choice = ipywidgets.Dropdown(options=["north", "south"], description="Region")
several = ipywidgets.SelectMultiple(options=["coal", "wind", "solar"])
slider = ipywidgets.IntSlider(min=0, max=10, value=3)
share = ipywidgets.BoundedFloatText(min=0, max=1, value=0.5)
day = ipywidgets.DatePicker(value=None, min=datetime.date(2020, 1, 1), max=datetime.date(2030, 1, 1))
tick = ipywidgets.Checkbox(value=False)
words = ipywidgets.Text("as it was")
text = ipywidgets.HTML("<b>as it was</b>")
area = ipywidgets.Output()
fixed = ipywidgets.IntSlider(min=0, max=10, value=3, disabled=True)
button = ipywidgets.Button(description="Press")
disabled = ipywidgets.Button(description="Not this", disabled=True)
hidden = ipywidgets.Button(description="Nobody sees this")
hidden_choice = ipywidgets.Dropdown(options=["a", "b"], description="Nobody sees this either")
tabs = ipywidgets.Tab([ipywidgets.VBox([choice]), ipywidgets.VBox([slider])], titles=("One", "Two"))
watched = dict(choice=choice, several=several, slider=slider, share=share, day=day, tick=tick)
watched |= dict(words=words, text=text, fixed=fixed, hidden_choice=hidden_choice)
for name, widget in watched.items():
    widget.observe(lambda change, name=name: deed("set", name, repr(change.new)[:80]), "value")
for name, widget in dict(button=button, disabled=disabled, hidden=hidden).items():
    widget.on_click(lambda _, name=name: deed("clicked", name))
page = ipywidgets.VBox([tabs, several, share, day, tick, words, text, area, fixed, button, disabled])
display(page)
""",
]

RUN_CELL = """
from workbench.home.opening import open_project
from workbench.ui.live.board import LiveRuns
from workbench.runs.engine.start import attach, runs
from workbench.ui.panel.run_panel import panel_of

project = open_project()
found = runs(project)
panel_of(attach(found[0].id, project)) if found else LiveRuns(project)
"""
