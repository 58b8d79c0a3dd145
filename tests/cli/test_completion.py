from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from workbench.cli import main
from workbench.cli.completion import SCRIPTS, suggestions
from workbench.runs import runs


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["re"], ["repair", "report", "resume"]),
        (["run", "dem"], ["demand"]),
        (["jobs", "fin"], ["finance"]),
        (["run", "demand", "--when-busy", ""], ["queue", "refuse", "rename"]),
        (["run", "demand", "--set", "target"], ["target_year="]),
        (["runs", "--state", "f"], ["failed"]),
        (["run", "--when-busy", "queue", "fin"], ["finance"]),
        (["run", "demand", "--det"], ["--detach"]),
        (["completion", ""], ["bash", "fish", "zsh"]),
        (["explain", "anywhere", "cap"], ["capacity"]),
        (["new", ""], []),
        (["run", "demand", "--set", "nonsense"], []),
        (["run", "nonsense", "--set", ""], []),
        (["watch", "--project", "/nowhere", ""], []),
        (["--vers"], ["--version"]),
    ],
)
def test_what_can_follow_is_offered(words, expected):
    assert suggestions(words) == expected


def test_the_runs_of_a_project_are_offered(project):
    main(["run", "count", "--project", str(project.folder)])
    assert suggestions(["watch", "--project", str(project.folder), "cou"]) == [runs(project)[0].id]


def test_every_command_is_offered(capsys):
    assert main(["completion", "--for", ""]) == 0
    assert {"demo", "new", "repair", "run", "runs", "lab", "serve"} <= set(capsys.readouterr().out.split())


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_shell_takes_its_script(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "workbench completion --for" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_a_job(tmp_path):
    command = tmp_path / "workbench"
    command.write_text(
        f"#!{sys.executable}\nimport sys\nfrom workbench.cli import main\nsys.exit(main())\n",
    )
    command.chmod(0o755)
    asked = f'PATH="{tmp_path}:$PATH"; {SCRIPTS["bash"]}\nCOMP_WORDS=(workbench run dem); COMP_CWORD=2; _workbench'
    done = subprocess.run(
        ["bash", "-c", f'{asked}; echo "${{COMPREPLY[@]}}"'], capture_output=True, text=True
    )
    assert done.stdout == "demand\n"
