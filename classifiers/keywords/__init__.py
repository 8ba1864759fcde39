"""The floor: the codebook's cues with its guards, and the words that explain each label."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from classifiers.keywords.acts import Act, act_of
from classifiers.keywords.cues import CueBook, cue_book
from classifiers.keywords.hostility import hostility_of
from classifiers.keywords.narratives import ranked_families
from classifiers.keywords.scene import PLAIN, Scene
from classifiers.keywords.targets import scene_of
from veille.codebook.patterns import Hit
from veille.post import STANCES, Axis, Label, Span, Stance

_AXES: frozenset[Axis] = frozenset({"target", "narrative", "stance", "hostility", "fact"})
_MOST_SPANS = 8
_MOST_CHARACTERS = 60

_STANCES: Mapping[Act, Stance] = {
    "menace": "hostile", "accuse": "hostile", "insulte": "hostile", "relaie": "hostile",
    "dement": "debunk", "remercie": "supportive", "critique": "critical", "signale": "critical",
}  # fmt: skip
_FACTS: Mapping[Act, str] = {
    "menace": "opinion", "insulte": "opinion", "remercie": "opinion", "plaisante": "satire",
    "accuse": "non_verifie", "relaie": "non_verifie", "craint": "non_verifie",
    "critique": "non_verifie", "signale": "non_verifie",
}  # fmt: skip
_OPINIONS = frozenset({"N10", "N11", "N12", "N17", "N18"})
_ACT_WORDS: Mapping[Act, tuple[tuple[str, ...], str]] = {
    "dement": (("refutation", "negation"), "démenti ou négation"),
    "demande": (("doute", "question"), "question"),
    "rapporte": (("rapporte", "officiel_dit", "media_dit"), "propos attribués"),
    "plaisante": (("satire",), "satire"),
    "remercie": (("soutien",), "remerciement"),
    "critique": (("remede", "pratique", "piece"), "critique d'une pratique"),
    "relaie": (("foule",), "rumeur relayée"),
    "craint": (("foule", "crainte"), "rumeur rapportée avec crainte"),
    "indecis": (("remede", "pratique", "piece"), "à lire par une personne"),
    "vehicule": (("vehicule", "cachette", "site", "moment"), "à lire : lieu et véhicule"),
}  # fmt: skip


class KeywordClassifier:
    """Labels from cues and rules; a score is a coarse step, not a frequency.

    0.8 means that plain words say so, 0.6 that fair ones do, 0.4 that nothing said otherwise.
    Measured on French only: the other languages have cues and no measure yet.
    """

    def __init__(self, book: CueBook | None = None) -> None:
        self._book = book or cue_book()
        self._model = f"keywords@{self._book.version}"

    @property
    def model(self) -> str:
        return self._model

    @property
    def axes(self) -> frozenset[Axis]:
        return _AXES

    @property
    def languages(self) -> frozenset[str]:
        return frozenset({"fra"})

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [list(self._labels(text)) for text in texts]

    def _labels(self, text: str) -> Iterator[Label]:
        scene = scene_of(text, self._book)
        act = act_of(scene)
        for target in scene.mentioned:
            yield self._said("target", target.actor_id, target.score, target.spans)
        why = _act_spans(scene, act)
        yield from self._hostility(scene, act, why)
        if act in ("indecis", "vehicule"):
            return
        families = ranked_families(scene, act)
        yield from self._narratives(scene, families, why)
        sure = 0.8 if scene.accused >= PLAIN or act != "accuse" else 0.6
        stance = _STANCES.get(act, "neutral")
        if not scene.mentioned:
            stance, sure = "neutral", 0.6
        yield from self._spread("stance", stance, _even(stance, sure), why)
        if act in _FACTS and scene.mentioned:
            is_opinion = bool(families) and families[0][0] in _OPINIONS
            yield self._said("fact", "opinion" if is_opinion else _FACTS[act], 0.6, ())

    def _narratives(
        self, scene: Scene, families: Sequence[tuple[str, float]], why: tuple[Span, ...]
    ) -> Iterator[Label]:
        for family, score in families:
            hits = scene.named("menace", "menace_voilee") if family == "N18" else []
            spans = _cue_spans(scene, family, hits) or (why if family >= "N90" else ())
            yield self._said("narrative", scene.book.codes[family], score, spans)

    def _hostility(self, scene: Scene, act: Act, why: tuple[Span, ...]) -> Iterator[Label]:
        level, raised = hostility_of(scene, act)
        spans = tuple(scene.span(hit, reason) for hit, reason in raised[:_MOST_SPANS])
        sure = 0.55 if act in ("indecis", "vehicule") else 0.75
        yield from self._spread("hostility", f"H{level}", _near(level, sure), spans or why)

    def _said(self, axis: Axis, value: str, score: float, spans: tuple[Span, ...]) -> Label:
        if not spans:
            return _bare_label(axis, value, score, self._model)
        return Label(axis=axis, value=value, score=score, model=self._model, spans=spans)

    def _spread(
        self, axis: Axis, best: str, scores: Mapping[str, float], spans: tuple[Span, ...]
    ) -> Iterator[Label]:
        """Every value of an axis, best first; the spans explain the best."""
        for value in sorted(scores, key=lambda value: -scores[value]):
            yield self._said(axis, value, scores[value], spans if value == best else ())


# Labels without spans repeat: about thirty different ones fill a day.
@lru_cache(maxsize=500)
def _bare_label(axis: Axis, value: str, score: float, model: str) -> Label:
    return Label(axis=axis, value=value, score=score, model=model)


def _act_spans(scene: Scene, act: Act) -> tuple[Span, ...]:
    names, why = _ACT_WORDS.get(act, ((), ""))
    return tuple(scene.span(hit, why) for hit in scene.named(*names)[:_MOST_SPANS])


def _cue_spans(scene: Scene, family: str, others: Sequence[Hit]) -> tuple[Span, ...]:
    hits = sorted({*scene.named(family), *others}, key=lambda hit: (hit.first, hit.last))
    return tuple(
        scene.span(hit, f"mot-clé {family} : « {_shown(scene, hit)} »")
        for hit in hits[:_MOST_SPANS]
    )


def _shown(scene: Scene, hit: Hit) -> str:
    """The words of the hit, insults masked; only words, so that no stray sign gets through."""
    masked = scene.book.masked
    words = " ".join(
        "[insulte]" if token.folded in masked else token.text
        for token in scene.words.tokens[hit.first : hit.last + 1]
    )
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS]}…"


@cache
def _even(best: Stance, score: float) -> dict[str, float]:
    rest = (1 - score) / (len(STANCES) - 1)
    return {stance: score if stance == best else rest for stance in STANCES}


@cache
def _near(level: int, score: float) -> dict[str, float]:
    """`score` for `level`; of the rest, each level gets half of what a nearer one gets."""
    others = {other: 0.5 ** abs(other - level) for other in range(4) if other != level}
    whole = sum(others.values())
    spread = {f"H{other}": (1 - score) * part / whole for other, part in others.items()}
    return {f"H{level}": score, **spread}
