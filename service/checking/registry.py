"""Every check with its limit: the one place where limits stand, each beside the acceptance row that it comes from.

A limit whose row gives no number says so, and why it is what it is.
"""

from functools import partial

from service.checking import directions, exclusions, photographs, ranking, sameness, slots, strangers
from service.checking.checks import Check, Limit

NEVER = Limit("failures", "at most", 0.0)
SELDOM = Limit("failures", "at most", 0.01)
NOISE = Limit("overlap", "at least", 0.8)
SEEN_ALIKE = Limit("cosine", "at least", 0.95)
DRESSED_ALIKE = Limit("overlap", "at least", 0.6)
DISTINCT = Limit("overlap", "at most", 0.3)
NO_WORSE = Limit("loss", "at most", 0.02)

FOLLOWS = Limit("gain", "at least", 0.01)
"""Q29 names no number: a point is more than nothing, which is what a generator that ignores the seed gains."""

VARIED = Limit("variety", "at least", 0.9)
"""Q29 says "not less": a tenth is left to chance."""

CHECKS = (
    Check(
        "slots", "MFT", "Q18", "Does every slot of every look hold its template's taxonomy, or children of it?",
        NEVER, slots.slots_hold_their_taxonomy,
    ),
    Check("overrides", "MFT", "Q18", "Does the taxonomy that a shopper asks for win?", NEVER, slots.overrides_win),
    Check(
        "unknown slots", "MFT", "Q18", "Is a taxonomy refused that the catalogue does not have?",
        NEVER, slots.unknown_slots_are_refused,
    ),
    Check(
        "empty slots", "MFT", "Q18", "Does a slot that nothing passes stay empty, and say so?",
        NEVER, slots.empty_slots_say_so,
    ),
    Check(
        "seed", "MFT", "Q19", "Is neither the seed nor a variant of it among the candidates?",
        NEVER, exclusions.never_the_seed,
    ),
    Check(
        "duplicates", "MFT", "Q19", "Is no product in a look twice?", NEVER, exclusions.never_twice_in_a_look
    ),
    Check("stock", "MFT", "Q19", "Is everything in stock?", NEVER, exclusions.never_out_of_stock),
    Check("filters", "MFT", "Q19", "Does every candidate pass the filters?", NEVER, exclusions.never_filtered),
    Check(
        "genders", "MFT", "Q21", "Is nothing of men's beside a women's seed, and the reverse, unasked?",
        SELDOM, exclusions.never_both_genders,
    ),
    Check(
        "seasons", "MFT", "Q21", "Is every pair of a look worn in some season together?",
        SELDOM, exclusions.never_seasons_apart,
    ),
    Check(
        "one of each", "MFT", "Q21", "Are no two products of a look, the seed included, of one taxonomy?",
        SELDOM, exclusions.never_one_taxonomy_twice,
    ),
    Check(
        "mapping", "MFT", "Q22", "Does every template of every taxonomy fill three slots?",
        NEVER, slots.every_taxonomy_is_dressed,
    ),
    Check(
        "unseen vector", "MFT", "Q23", "Does a product's vector get the product's answer?",
        NEVER, sameness.vectors_answer_as_products,
    ),
    Check(
        "unseen photo", "MFT", "Q23", "Does a product's photo get the product's answer?",
        NEVER, sameness.photos_answer_as_products,
    ),
    Check(
        "names and prices", "INV", "Q24", "Do ids, the case of titles, brands, prices and links change nothing?",
        NEVER, sameness.words_and_prices_do_not_matter,
    ),
    Check(
        "company", "INV", "Q24", "Do other requests at the same time change nothing?",
        NEVER, sameness.company_does_not_matter,
    ),
    Check(
        "precision", "INV", "Q24", "Do a vector in double and in single precision get the same answer?",
        NEVER, sameness.precision_does_not_matter,
    ),
    Check(
        "new index", "INV", "Q24, Q27", "Does a new index of the same record, in the embedded engine, answer alike?",
        NEVER, sameness.a_new_index_answers_alike,
    ),
    Check("length", "INV", "Q25", "Does a vector's length change nothing?", NEVER, sameness.length_does_not_matter),
    Check("noise", "INV", "Q25", "Does noise of 1 % change little?", NOISE, sameness.noise_changes_little),
    *(
        check
        for name, question, changes in (
            ("JPEG", "of quality 70", photographs.COMPRESSED),
            ("crop", "5 % closer or wider", photographs.CROPPED),
            ("resize", "at half the size", photographs.RESIZED),
            ("brightness", "10 % brighter or darker", photographs.LIT),
            ("backdrop's tone", "before a backdrop in another light", photographs.IN_ANOTHER_LIGHT),
            ("white backdrop", "before white", photographs.CUT_OUT),
        )
        for check in (
            Check(
                f"{name}: vector", "INV", "Q26", f"Does a photo {question} have nearly the same vector?",
                SEEN_ALIKE, partial(photographs.vectors_stay, changes=changes),
            ),
            Check(
                f"{name}: outfit", "INV", "Q26", f"Does a photo {question} get nearly the same answer?",
                DRESSED_ALIKE, partial(photographs.outfits_stay, changes=changes),
            ),
        )
    ),
    Check(
        "other taxonomies", "INV", "Q27", "Do products added to other taxonomies change nothing?",
        NEVER, sameness.other_taxonomies_do_not_matter,
    ),
    Check(
        "copies", "DIR", "Q28", "Does a product like what a head generates come first in its slot?",
        NEVER, ranking.copies_come_first,
    ),
    Check(
        "colour", "DIR", "Q29", "Do the colours follow a seed that is moved to another colour?",
        FOLLOWS, directions.colours_follow,
    ),
    Check(
        "variety", "DIR", "Q29", "Are there as many colours when a seed is moved to another?",
        VARIED, directions.colours_stay_varied,
    ),
    Check(
        "formality", "DIR", "Q29", "Does a more formal seed get more that is formal?",
        FOLLOWS, partial(directions.shares_rise, attribute="formality", label="formal"),
    ),
    Check(
        "winter", "DIR", "Q29", "Does a seed for winter get more that is for winter?",
        FOLLOWS, partial(directions.shares_rise, attribute="season", label="winter"),
    ),
    Check("stricter filters", "DIR", "Q30", "Does a filter only remove?", NEVER, ranking.filters_only_remove),
    Check("larger k", "DIR", "Q30", "Does a larger k only add at the end?", NEVER, ranking.larger_k_keeps_the_prefix),
    Check(
        "removal", "DIR", "Q30", "Does the second candidate come first when the first is gone?",
        NEVER, ranking.removing_the_first_promotes_the_second,
    ),
    Check(
        "rotation", "DIR", "Q31", "Do the three looks of an answer have different first candidates?",
        DISTINCT, ranking.looks_differ,
    ),
    Check(
        "rotated fit", "DIR", "Q31", "Do the second and the third look fit their targets as well as the first?",
        NO_WORSE, ranking.looks_fit_alike,
    ),
    Check(
        "no direction", "MFT", "Q32", "Is a vector refused that is zero, endless or of another length?",
        NEVER, strangers.vectors_without_direction_are_refused,
    ),
    Check(
        "strange vectors", "MFT", "Q32", "Is a vector that no product has answered whole, or refused?",
        NEVER, strangers.strange_vectors_are_answered_or_refused,
    ),
)  # fmt: skip
