"""Every classifier of the registry × every sentence of the contract."""

import subprocess
import sys

import pytest

import classifiers
from classifiers.base import Classifier
from tests.contracts.classifier_contract import ClassifierContract
from veille.errors import ConfigError


@pytest.fixture(scope="module", params=classifiers.names())
def classifier(request: pytest.FixtureRequest) -> Classifier:
    return classifiers.build(request.param)


class TestEveryClassifier(ClassifierContract):
    pass


def test_an_unknown_name_says_which_names_are_known() -> None:
    with pytest.raises(ConfigError, match="keywords"):
        classifiers.build("oracle")


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, classifiers;"
        "heavy = {'torch', 'transformers', 'onnxruntime', 'pandas', 'airflow', 'Stemmer'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert printed.strip() == "[]"
