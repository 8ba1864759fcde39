"""What people call the languages and scripts of posts, and which scripts a speaker must read."""

# By ISO 639-3, as `veille.language` says them.
_NAMES = {
    "fra": "français", "eng": "anglais", "ara": "arabe", "bam": "bambara", "ful": "fulfulde",
    "hau": "haoussa", "mos": "mooré", "son": "songhay", "tmh": "tamasheq", "wol": "wolof",
    "snk": "soninké", "knc": "kanouri", "pcm": "pidgin", "und": "langue inconnue",
}  # fmt: skip
# No classifier of ours reads these: such posts are kept, shown, and never guessed at.
FOR_SPEAKERS = ("N'Ko", "Tifinagh", "Adlam")


def language_name(code: str) -> str:
    """« bambara »; the code itself where people have no other name for it."""
    return _NAMES.get(code, code)
