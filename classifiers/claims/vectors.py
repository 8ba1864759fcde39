"""The vectors of the bundled encoder, where there is one that the weights were fitted with."""

from classifiers.claims.matcher import Vectors
from classifiers.claims.weights import load_weights
from veille.errors import ConfigError


def bundled_vectors() -> tuple[Vectors | None, str]:
    """What makes the bundled encoder's vectors, and its "name@version"; None and empty without."""
    from classifiers.bundled.encoder import Encoder
    from classifiers.bundled.files import FOLDER, checked_files

    try:
        files = checked_files(FOLDER)
    except ConfigError:
        return None, ""
    return Encoder(files).vectors, files.model


def fitted_vectors() -> Vectors | None:
    """The bundled encoder's vectors if the weights were fitted with this very version."""
    wanted = load_weights().encoder
    if not wanted:
        return None
    vectors, encoder = bundled_vectors()
    return vectors if encoder == wanted else None
