"""Agreement between reviewers: observed, Cohen's kappa, PABAK, Gwet's AC1; Fleiss' kappa and Krippendorff's alpha.

Ratings are any hashable values (``"include"``, ``1``, ...). ``None``, ``nan``, ``NA`` and the empty string mean
*undecided*: such an item is left out and counted. A coefficient that does not exist is ``None`` with a reason.

Sources. Cohen 1960, Educ Psychol Meas 20:37 (kappa); Fleiss, Cohen & Everitt 1969, Psychol Bull 72:323, eq. 13
(its standard error); Brennan & Prediger 1981 and Byrt, Bishop & Carlin 1993, J Clin Epidemiol 46:423 (PABAK, prevalence
and bias index); Gwet 2008, Br J Math Stat Psychol 61:29 (AC1 and its variance); Fleiss 1971, Psychol Bull 76:378, with
the variance by linearisation of Gwet 2021, Educ Psychol Meas 81:781; Krippendorff 2011, *Computing Krippendorff's
alpha-reliability*, with the bootstrap over items of Zapf et al. 2016, BMC Med Res Methodol 16:93; Landis & Koch 1977,
Biometrics 33:159 (the words, which stand only beside the number).
"""

from __future__ import annotations

from prismake.panel.agreement.pair import Agreement, agreement
from prismake.panel.agreement.panel import PanelAgreement, many
from prismake.panel.agreement.ratings import AgreementError, landis_koch, wilson
from prismake.panel.agreement.several import Coefficient, fleiss_kappa, gwet_ac1, krippendorff_alpha
from prismake.panel.agreement.weighted import WeightedKappa, weighted_kappa

__all__ = [
    "Agreement",
    "AgreementError",
    "Coefficient",
    "PanelAgreement",
    "WeightedKappa",
    "agreement",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "landis_koch",
    "many",
    "weighted_kappa",
    "wilson",
]
