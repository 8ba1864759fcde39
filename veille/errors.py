"""Every error of the project, in one tree sorted by what to do next."""


class VeilleError(Exception):
    """Something a person or a scheduler can act on; its text is safe to show and to log."""


class PersonMustAct(VeilleError):
    """A person must edit something; trying again changes nothing."""


class ConfigError(PersonMustAct):
    """A setting, a TOML file or a codebook file is missing or wrong."""


class SourceForbidden(PersonMustAct):
    """The platform refused our credentials (401, 403)."""


class FileRefused(PersonMustAct):
    """A file cannot be imported; the text says what was seen and what is accepted."""


class PageDamaged(PersonMustAct):
    """The bytes of an archived page are not those it was named after."""


class FormatUnknown(FileRefused):
    """A file is in none of the formats asked for: another reading of it may still fit."""


class TryLater(VeilleError):
    """The same call may succeed later.

    `retry_after_s` is what the other side asked for, in seconds, or None.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SourceUnavailable(TryLater):
    """Time-out, 429 or 5xx after a few tries; the cursor stays where it was."""


class BudgetSpent(TryLater):
    """The read budget of a paid API is spent; coverage says so."""


class ArchiveUnavailable(TryLater):
    """The archive cannot be read or written: disk full, share gone."""


class StoreUnavailable(TryLater):
    """The store cannot be read or written; nothing is lost, the archive has the bytes."""


class NotifyError(TryLater):
    """The other side did not accept a message; the text holds no address and no token."""


class NeverAgain(VeilleError):
    """What was asked for is gone for good."""


class SourceGone(NeverAgain):
    """The platform says the account, page or feed no longer exists (404, 410)."""


class PostNotFound(NeverAgain):
    """No post has this id."""


class PageNotFound(NeverAgain):
    """The archive has no page of this key."""


class SourceChanged(VeilleError):
    """What came is not what the collector knows: never to be read as "no posts today"."""
