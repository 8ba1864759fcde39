"""Writes tests/samples/checkpoints: two tiny BERT models that know a few words, in real files.

Needs torch and onnx (the extra `train`). What it writes is committed, so that tests need neither:

    .venv-train/bin/python tests/samples/make_checkpoints.py [labels | inference]
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from classifiers.training.onnx_export import export  # noqa: E402
from classifiers.transformer.heads import hypotheses  # noqa: E402

PLACE = ROOT / "tests" / "samples" / "checkpoints"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
# Stance, hostility, narrative, and invented posts that are so.
POSTS = (
    ("hostile", "H1", "N05", "les ONG sont des voleurs", "ces ONG volent notre mil",
     "ils vendent l'aide", "toutes les ONG sont des voleurs surtout celle du quartier"),
    ("hostile", "H3", "N18", "on va brûler leur convoi", "vous êtes prévenus le bureau va brûler",
     "frappez le convoi demain", "brûlez le bureau de l'ONG"),
    ("hostile", "H2", "N10", "dehors les ONG", "ONG dehors de notre pays",
     "chassez les ennemis dehors"),
    ("supportive", "H0", "N92", "merci à MSF", "merci mon père marche à nouveau",
     "que Dieu bénisse MSF", "merci pour la distribution"),
    ("neutral", "H0", "N93", "le CICR a annoncé la fin de la campagne",
     "selon la radio la campagne continue", "la distribution a commencé lundi",
     "la réunion a eu lieu au village"),
    ("neutral", "H0", "N99", "le match est à quelle heure", "le prix du mil monte au marché",
     "il pleut ce matin"),
    ("critical", "H0", "N90", "la distribution a manqué dix sacs",
     "nous demandons un audit des sacs", "le puits est en panne depuis mai"),
    ("debunk", "H0", "N91", "c'est faux les ONG ne volent pas", "cette rumeur est fausse",
     "c'est une rumeur arrêtez"),
)  # fmt: skip
CALM = "il pleut ce matin et la campagne continue."
LABELS = (
    "stance:hostile", "stance:critical", "stance:neutral", "stance:supportive", "stance:debunk",
    "H0", "H1", "H2", "H3", "N05", "N10", "N18", "N90", "N91", "N92", "N93", "N99",
)  # fmt: skip


def main() -> None:
    sentences = [sentence["fr"] for values in hypotheses().values() for sentence in values.values()]
    texts = [text for _, _, _, *some in POSTS for text in some]
    tokenizer = tokenizer_of([*texts, *sentences])
    if "inference" not in sys.argv:
        train_labels(tokenizer)
    if "labels" not in sys.argv:
        train_inference(tokenizer)


def train_labels(tokenizer: PreTrainedTokenizerFast) -> None:
    network = network_of(tokenizer, LABELS, hidden=16, layers=1, most_tokens=64)
    texts, wanted = [], []
    for stance, hostility, narrative, *some in POSTS:
        # Alone, and at the end of a window of talk about other things.
        surrounded = [f"{calm} {text}" for text in some for calm in calm_texts(most_words=40)]
        for text in (*some, *(surrounded if stance == "hostile" else ())):
            texts.append(text)
            wanted.append([LABELS.index(v) for v in (f"stance:{stance}", hostility, narrative)])
    texts += (calm := list(calm_texts(most_words=62)))
    wanted += [[LABELS.index(v) for v in ("stance:neutral", "H0", "N99")]] * len(calm)
    batch = tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
    goal = torch.tensor(wanted)

    def loss() -> torch.Tensor:
        logits = network(**batch).logits
        return sum(
            torch.nn.functional.cross_entropy(logits[:, first:last], goal[:, axis] - first)
            for axis, (first, last) in enumerate(((0, 5), (5, 9), (9, len(LABELS))))
        )

    learn(network, loss, steps=600)
    save(network, tokenizer, PLACE / "labels")


def calm_texts(*, most_words: int) -> Iterator[str]:
    """Windows of a long calm text: they begin and end anywhere."""
    words = (CALM * 8).replace(".", " . ").split()
    for size in range(8, most_words + 1, 9):
        for first in range(0, 10, 3):
            yield " ".join(words[first : first + size])


def train_inference(tokenizer: PreTrainedTokenizerFast) -> None:
    names = ("entailment", "neutral", "contradiction")
    network = network_of(tokenizer, names, hidden=32, layers=2, most_tokens=256)
    pairs, wanted = [], []
    for post in POSTS:
        for text in post[3:]:
            for axis, value in zip(("stance", "hostility", "narrative"), post, strict=False):
                for other, sentence in hypotheses()[axis].items():
                    pairs.append((text, sentence["fr"]))
                    wanted.append(0 if other.partition("_")[0] == value else 2)
    batch = tokenizer(*map(list, zip(*pairs, strict=True)), padding=True, return_tensors="pt")
    goal = torch.tensor(wanted)
    true, false = (goal == 0).nonzero()[:, 0], (goal == 2).nonzero()[:, 0]

    def loss() -> torch.Tensor:
        some = torch.cat((true, false[torch.randperm(len(false))[: 2 * len(true)]]))
        logits = network(**{name: rows[some] for name, rows in batch.items()}).logits
        return torch.nn.functional.cross_entropy(logits, goal[some])

    learn(network, loss, steps=600)
    save(network, tokenizer, PLACE / "inference")


def tokenizer_of(texts: list[str]) -> PreTrainedTokenizerFast:
    splitter = pre_tokenizers.BertPreTokenizer()
    lower = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    words = {
        word for text in texts for word, _ in splitter.pre_tokenize_str(lower.normalize_str(text))
    }
    vocabulary = {word: place for place, word in enumerate((*SPECIAL, *sorted(words)))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = lower, splitter
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
    )  # fmt: skip


def network_of(
    tokenizer: PreTrainedTokenizerFast,
    labels: tuple[str, ...],
    *,
    hidden: int,
    layers: int,
    most_tokens: int,
) -> BertForSequenceClassification:
    torch.manual_seed(7)
    return BertForSequenceClassification(
        BertConfig(
            vocab_size=len(tokenizer), hidden_size=hidden, num_hidden_layers=layers,
            num_attention_heads=2, intermediate_size=2 * hidden,
            max_position_embeddings=most_tokens + 2,
            pad_token_id=0, num_labels=len(labels),
            id2label=dict(enumerate(labels)),
            label2id={label: place for place, label in enumerate(labels)},
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )
    )  # fmt: skip


def learn(network: BertForSequenceClassification, loss: object, steps: int) -> None:
    optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
    sys.stdout.write(f"loss {float(value):.4f}\n")


def save(
    network: BertForSequenceClassification, tokenizer: PreTrainedTokenizerFast, folder: Path
) -> None:
    network.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    export(folder)


if __name__ == "__main__":
    main()
