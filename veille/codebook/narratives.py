"""The narrative codebook: families with severity, cues, texts and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast, get_args

from veille.codebook.files import json_of, require, require_one_of, require_unique
from veille.errors import ConfigError
from veille.post import STANCES, Stance

FILE = "codebook.json"
Confidence = Literal["élevée", "moyenne", "faible"]
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
# "und": cues that belong to no language, as emoji do.
CUE_LANGS = ("fra", "bam", "hau", "ara", "eng", "ful", "dje", "ses", "taq", "und")

_FAMILY_FIELDS = (
    "code", "label_fr", "label_en", "base_severity", "usual_stance", "definition", "include",
    "exclude", "indicators_fr", "severity_rationale", "disarm", "alert_fr", "action_fr",
    "response", "cues",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A form people use for a narrative; never enough alone to raise an alert.

    `confidence` says how sure we are that the form means this and is used so. A `masked`
    form is an insult: shown to validators only.
    """

    form: str
    lang: str
    confidence: Confidence
    gloss: str = ""
    masked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One narrative: `code` is like "N05_detournement".

    `alert_fr` is empty for families that are never alerted; `action_fr` is what a bulletin
    proposes; `response` says more, in English.
    """

    code: str
    label_fr: str
    label_en: str
    base_severity: int
    usual_stance: Stance
    definition: str
    include: str
    exclude: str
    indicators_fr: str
    severity_rationale: str
    disarm: tuple[str, ...]
    alert_fr: str
    action_fr: str
    response: str
    cues: tuple[Cue, ...]

    @property
    def number(self) -> str:
        """The short code: "N05"."""
        return self.code.partition("_")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """Families by number; `precedence` lists all codes, the one that wins first."""

    version: str
    disarm_pin: str
    precedence: tuple[str, ...]
    families: tuple[Family, ...]

    def family(self, code: str) -> Family:
        """The family of a full or short code; raises `KeyError`."""
        for family in self.families:
            if code in (family.code, family.number):
                return family
        raise KeyError(code)


@cache
def load_codebook() -> Codebook:
    """The codebook, read once. Raises `ConfigError` naming what is wrong in its file."""
    table = json_of(FILE)
    require(table, ("version", "disarm_pin", "precedence", "families"), place=FILE)
    families = tuple(_family(raw) for raw in table["families"])
    codes = [family.code for family in families]
    require_unique(codes, place=FILE)
    if sorted(table["precedence"]) != sorted(codes):
        raise ConfigError(f"{FILE}: precedence must name every family once")
    return Codebook(
        version=table["version"],
        disarm_pin=table["disarm_pin"],
        precedence=tuple(table["precedence"]),
        families=families,
    )


def _family(raw: Mapping[str, Any]) -> Family:
    place = f"{FILE}, family {raw.get('code')}"
    require(raw, _FAMILY_FIELDS, place=place)
    require_one_of(raw["usual_stance"], STANCES, place=place)
    if raw["base_severity"] not in range(1, 6):
        raise ConfigError(f"{place}: base_severity must be 1 to 5")
    if not raw["label_fr"] or not raw["action_fr"]:
        raise ConfigError(f"{place}: label_fr and action_fr must be written")
    cues = tuple(_cue(cue, place=place) for cue in raw["cues"])
    require_unique([f"{cue.lang} {cue.form}" for cue in cues], place=place)
    return Family(**{**raw, "disarm": tuple(raw["disarm"]), "cues": cues})


def _cue(raw: Mapping[str, Any], *, place: str) -> Cue:
    place = f"{place}, cue {raw.get('form')!r}"
    require({"gloss": "", "masked": False, **raw}, Cue.__slots__, place=place)
    require_one_of(raw["lang"], CUE_LANGS, place=place)
    require_one_of(raw["confidence"], CONFIDENCES, place=place)
    if not raw["form"].strip():
        raise ConfigError(f"{place}: the form is empty")
    return Cue(**cast("dict[str, Any]", raw))
