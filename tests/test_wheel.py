"""The wheel, installed alone in an empty environment, runs the sample audit from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=900, check=False
    )
    assert done.returncode in (0, 1), f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def test_the_wheel_runs_the_demo_from_an_empty_folder(tmp_path: Path) -> None:
    built = _run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT),
        cwd=tmp_path,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    wheel = next((tmp_path / "dist").glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("cli.py", "auditor/config.yaml", "checklists/3082-gddt-tttt.yaml", "auditor/results.schema.json"):
        assert needed in names
    for needed in ("auditor/host_notes.yaml", "auditor/migrations/env.py", "auditor/migrations/versions/v0001_runs.py"):
        assert needed in names
    assert any(name.startswith("checklists/vocabulary/") for name in names)
    assert any(name.startswith("reports/templates/") for name in names)
    assert any(name.startswith("spiders/samples/") and name.endswith(".csv") for name in names)
    assert not any(name.startswith(("tests/", "benchmarks/", "docs/")) for name in names)

    venv.create(tmp_path / "env", with_pip=True)
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    installed = _run(
        str(python), "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt"), str(wheel), cwd=tmp_path
    )
    assert installed.returncode == 0, installed.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    demo = _run(str(scripts / "auditor"), "demo", "--quiet", cwd=empty)
    assert demo.returncode == 1, f"the samples hold portals that are down: exit 1\n{demo.stdout}\n{demo.stderr}"
    assert "run " in demo.stdout
    assert list(empty.rglob("results.json")), demo.stdout
    assert list(empty.rglob("scorecard.xlsx"))
    assert list(empty.rglob("index.html"))
