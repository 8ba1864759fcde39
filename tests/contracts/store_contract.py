"""What every store must do: each sentence of `veille/stores/base.py` has its test.

A store's own test class inherits from StoreContract and gives it the fixture `store`: an empty
store. Tests take nothing else, so that `test_contracts_bite.py` can run them on broken ones.
"""

from tests.contracts.store_filters import Filters
from tests.contracts.store_puts import Puts
from tests.contracts.store_sayings import Sayings
from tests.contracts.store_words import Words


class StoreContract(Puts, Sayings, Filters, Words):
    """All that is asked of a store; subclasses give `store`."""
