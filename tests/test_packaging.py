"""The wheel, the lock and the folder list: what people install is what the repository shows."""

import ast
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from veille.settings import settings_table

ROOT = Path(__file__).parent.parent
PACKAGES = ("alerts", "classifiers", "collectors", "veille")
HEAVY = ("airflow", "elasticsearch", "onnxruntime", "pandas", "torch", "transformers")
LIMITS = {"dags": 60, "collectors": 250, "alerts": 300, "classifiers": 300, "veille": 300}


def project() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, object] = tomllib.load(file)["project"]
        return table


def lock_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", ROOT / ".ci" / "lock.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRAINING_TEXTS = ROOT / "classifiers" / "training" / "data"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the repository, built without the network."""
    copy, built = tmp_path_factory.mktemp("copy") / "veille", tmp_path_factory.mktemp("built")
    left_out = shutil.ignore_patterns(".venv", ".git", "var", "dist", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=left_out)
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(copy)]
    subprocess.run([sys.executable, *command], check=True, capture_output=True, timeout=120)
    [wheel] = built.glob("*.whl")
    return wheel


def test_the_wheel_holds_the_four_packages_but_for_training_texts_and_nothing_else(
    wheel: Path,
) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "_cache" not in str(path)
        if TRAINING_TEXTS not in path.parents
    }
    information = {name for name in held if ".dist-info/" in name}
    assert ours
    assert held - information == ours
    assert {Path(name).name for name in information} >= {"LICENSE", "NOTICE", "METADATA"}


def test_the_wheel_tells_nothing_of_the_machine_it_was_built_on(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        for name in held.namelist():
            assert str(ROOT).encode() not in held.read(name), name


def test_the_command_works_from_the_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    """Installed as pip lays it out, with the libraries of this environment beside it."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=120)
    [site] = venv.glob("lib/python*/site-packages")
    for path in sys.path:
        if path.endswith("site-packages"):
            (site / "libraries.pth").write_text(f"{path}\n")
    pip = [venv / "bin" / "pip", "install", "-q", "--no-index", "--no-deps", wheel]
    subprocess.run(pip, check=True, timeout=120)
    command = [venv / "bin" / "veille", "--help"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "import" in shown.stdout
    where = [venv / "bin" / "python", "-c", "import veille; print(veille.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(site))


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_is_cheap(package: str) -> None:
    code = f"import sys, {package}; print(*sorted(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(HEAVY) & {name.partition(".")[0] for name in ran.stdout.split()}


def test_no_module_of_ours_hides_one_of_the_standard_library_or_of_another_folder() -> None:
    tops = [path.parent.name for path in ROOT.glob("*/__init__.py")]
    tops += [path.stem for path in (ROOT / "dags").glob("*.py")]
    assert not [name for name, count in Counter(tops).items() if count > 1]
    assert not set(tops) & set(sys.stdlib_module_names)
    for name in {path.stem for path in (ROOT / "dags").glob("*.py")}:
        beside = [path for path in sys.path if path and Path(path) != ROOT / "dags"]
        assert not [path for path in beside if (Path(path) / name).is_dir()], name


@pytest.mark.parametrize(("folder", "most"), LIMITS.items())
def test_modules_stay_short_enough_to_read(folder: str, most: int) -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert lengths
    assert not {path: length for path, length in lengths.items() if length > most}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_module_says_what_it_is_for(package: str) -> None:
    silent = [
        path.relative_to(ROOT)
        for path in (ROOT / package).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_the_lock_is_in_step_with_the_project() -> None:
    extras = project()["optional-dependencies"]
    assert extras.keys() == {"test", "check", "bench", "train"}
    for name, wanted in (
        ("requirements.lock", ("test", "check", "bench")),
        ("requirements-train.lock", ("train",)),
    ):
        lock = (ROOT / name).read_text(encoding="utf-8")
        asked = [*project()["dependencies"], *(each for extra in wanted for each in extras[extra])]
        assert lock_tool().faults(asked, lock) == []
        assert "uv pip compile pyproject.toml" in lock[:400]


def test_a_lock_that_is_out_of_step_is_told() -> None:
    asked = ["here>=1.2", "old>=3", "New_Name", "absent"]
    lock = "here==1.2 \\\n    --hash=sha256:0\nold==2.9 ; python_version < '4'\nnew-name==1\n"
    assert lock_tool().faults(asked, lock) == [
        "old>=3 is locked at 2.9",
        "absent is not in the lock",
    ]
    assert lock_tool().faults(["a"], "a==1\n") == ["the lock has no hashes"]


def test_the_example_of_an_environment_names_every_setting_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = re.findall(r"^# (.+)\.\n#(VEILLE_\w+)=(.*)$", example, re.MULTILINE)
    assert [
        (name, shlex.split(f"x={value}")[0][2:], about.lower()) for about, name, value in shown
    ] == [(name, default, about.lower()) for name, default, about in settings_table()]


def test_missing_debian_packages_are_named_where_they_cannot_be_installed(tmp_path: Path) -> None:
    command = ["/bin/sh", str(ROOT / ".ci" / "debian"), "sh", "veille-no-such-package"]
    ran = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.strip().endswith("run this again: sh veille-no-such-package")


def test_packages_that_are_there_are_left_alone() -> None:
    command = ["/bin/sh", str(ROOT / ".ci" / "debian"), "sh"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_every_target_is_described_and_make_alone_lists_them() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [phony] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {f"make {target}" for target in phony.split()} == {
        " ".join(line.split()[:2]) for line in shown.stdout.splitlines()
    }
