"""The theorems, one row each.  Adding a theorem: a statement file, a module, and a row here."""

from __future__ import annotations

from . import (
    thm_4_1_detail_transfer,
    thm_4_1_network,
    thm_4_3_algorithm,
    thm_4_3_in_distribution,
    thm_4_5_hallucination,
    thm_4_5_instability,
    thm_4_6_random_noise,
    thm_4_7_gaussian_noise,
    thm_4_10_optimal_maps,
)
from .outcome import Theorem

CATALOGUE: dict[str, Theorem] = {
    theorem.identifier: theorem
    for theorem in (
        thm_4_1_detail_transfer.THEOREM,
        thm_4_1_network.THEOREM,
        thm_4_3_in_distribution.THEOREM,
        thm_4_3_algorithm.THEOREM,
        thm_4_5_instability.THEOREM,
        thm_4_5_hallucination.THEOREM,
        thm_4_6_random_noise.INSTABLE,
        thm_4_6_random_noise.HALLUCINATES,
        thm_4_7_gaussian_noise.THEOREM,
        thm_4_10_optimal_maps.OPTIMAL,
        thm_4_10_optimal_maps.NO_MAP,
    )
}
