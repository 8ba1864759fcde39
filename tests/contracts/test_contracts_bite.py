"""The guard on the guards: an implementation that breaks a sentence must fail its test."""

from pathlib import Path

import pytest

from tests.contracts import broken_stores as stores
from tests.contracts.store_contract import StoreContract
from veille.stores.sqlite import SqlitePostStore

# A test fails by a wrong value, or because an error did not come.
FAILURES = (AssertionError, pytest.fail.Exception)

STORES: list[tuple[type[SqlitePostStore], str, tuple[object, ...]]] = [
    (stores.Overwrites, "test_putting_again_changes_nothing", ()),
    (stores.KeepsTheLastOfTwo, "test_of_one_id_twice_in_one_put_the_first_is_kept", ()),
    (stores.PutsInPieces, "test_put_adds_all_or_none", ()),
    (stores.DropsCopies, "test_a_copy_is_kept_and_points_to_the_first_stored", ()),
    (stores.CutsTexts, "test_any_text_comes_back_as_it_was", ("x" * 40_000,)),
    (stores.RevisesAnyPage, "test_revise_leaves_posts_of_another_page_alone", ()),
    (stores.RevisesByReplacing, "test_revise_keeps_what_others_wrote", ()),
    (stores.InventsUnknownPosts, "test_get_of_an_unknown_id", ()),
    (stores.OldestFirst, "test_search_is_newest_first_and_limited", ()),
    (stores.IgnoresOffset, "test_search_is_newest_first_and_limited", ()),
    (stores.IncludesTheEnd, "test_times_include_their_beginning_and_exclude_their_end", ()),
    (stores.KnowsExactPlacesOnly, "test_a_place_is_found_by_what_it_lies_in", ()),
    (stores.ShowsClosedPosts, "test_closed_posts_show_only_when_asked_for", ()),
    (stores.CountsClosedPosts, "test_closed_posts_show_only_when_asked_for", ()),
    (stores.KnowsNoStems, "test_words_are_found_by_stem_and_without_accents", ()),
    (stores.KnowsNoPhrases, "test_a_phrase_is_exact_and_in_sequence", ()),
    (stores.SwallowsBadWords, "test_words_that_cannot_be_understood", ("AND (",)),
    (stores.LimitsItsCount, "test_count_ignores_limit_and_offset", ()),
    (stores.CountsByValue, "test_counts_are_most_first_then_by_value", ()),
    (stores.CountsDaysByNumber, "test_days_and_weeks_are_dates_in_bamako_in_time_order", ()),
    (stores.HidesWhatHasNoValue, "test_posts_without_a_value_are_counted_under_nothing", ()),
    (stores.GivesTwice, "test_unlabelled_gives_each_post_once_oldest_collected_first", ()),
    (stores.AsksForAnyModel, "test_unlabelled_asks_per_model_version", ()),
    (stores.TurnsPages, "test_labels_added_while_iterating_do_not_disturb", ()),
    (stores.StacksLabels, "test_a_label_of_the_same_model_is_replaced", ()),
    (stores.IgnoresEmptyLabels, "test_an_empty_sequence_marks_the_post_as_labelled", ()),
    (stores.TrustsTheFirstModel, "test_the_model_that_labelled_last_counts", ()),
    (stores.DecidesInTurn, "test_the_newest_decision_outranks_labels_and_older_ones", ()),
    (stores.DecidesHalf, "test_decisions_on_an_unknown_post_add_none", ()),
    (stores.KeepsOneDecision, "test_decisions_are_appended_and_never_changed", ()),
    (stores.CountsReadingsTwice, "test_the_same_reading_twice_is_once", ()),
    (stores.ForgetsEveryAuthor, "test_authors_are_forgotten_unless_they_are_public", ()),
    (stores.ErasesByHiding, "test_erase_removes_posts_with_all_that_hangs_on_them", ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "test", "arguments"), STORES, ids=[broken.__name__ for broken, *_ in STORES]
)
def test_a_broken_store_fails(
    broken: type[SqlitePostStore], test: str, arguments: tuple[object, ...], tmp_path: Path
) -> None:
    with broken.open(tmp_path / "veille.sqlite") as store, pytest.raises(FAILURES):
        getattr(StoreContract(), test)(store, *arguments)
