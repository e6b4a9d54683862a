"""Published 2 x 2 tables of diagnostic accuracy: tp, fp, fn, tn of each study.

docs/validation.md says against which texts each set was compared.
"""

from __future__ import annotations


def table(text: str) -> dict[str, list[int]]:
    """Columns tp fp fn tn of rows such as ``25 1 8 25``, separated by commas or lines."""
    rows = [[int(cell) for cell in row.split()] for row in text.replace("\n", ",").split(",") if row.strip()]
    return {name: [row[j] for row in rows] for j, name in enumerate(("tp", "fp", "fn", "tn"))}


# Glas et al. 2003 (J Urol 169:1975): telomerase for bladder cancer; also Nyaga & Arbyn 2024, telomerase.csv.
TELOMERASE = table(
    "25 1 8 25, 17 3 4 11, 88 16 16 31, 16 3 10 80, 40 1 17 137, 38 6 9 24, 23 0 19 12, 27 2 6 18, 14 3 3 29, 37 22 7 7"
)
# Ritchie et al. 2014 (Cochrane CD008782): CSF beta-amyloid in mild cognitive impairment; Nyaga & Arbyn 2024, dimentia.csv.
DEMENTIA = table(
    """18 17 4 25, 18 43 2 99, 15 12 7 19, 24 10 5 13, 17 2 6 16, 53 36 4 41, 9 9 5 5, 4 4 7 40, 32 113 5 46, 47 33 5 75
    9 10 2 16, 5 11 0 37, 32 16 10 42, 62 41 29 82"""
)
# Arbyn et al. 2013 (Cochrane CD008054): triage of minor cervical lesions by repeat cytology and by HC2, same ten studies;
# Nyaga & Arbyn 2024, ascus.csv, has 1 false negative of HC2 in the last study, where its 267 women with disease by
# repeat cytology and the review's own summary ask for 11.
REPEAT_CYTOLOGY = table(
    "6 14 4 28, 8 28 4 71, 20 191 7 483, 20 74 6 170, 4 20 2 26, 48 324 15 570, 10 18 15 168, 14 126 5 214, 24 43 10 105, 227 1132 40 914"
)
HC2 = table(
    "6 17 4 25, 10 38 2 61, 27 154 2 566, 23 115 3 129, 4 19 1 33, 58 326 7 582, 22 110 2 72, 17 88 2 253, 34 65 2 81, 256 1050 11 984"
)
# Freeman et al. 2019 (BMC Med Res Methodol 19:81): IQCODE for dementia, the example data of MetaDTA; two empty cells.
IQCODE = table(
    """188 35 28 48, 83 4 7 19, 109 17 43 35, 73 36 12 23, 43 29 0 105, 17 9 7 36, 215 50 14 44, 52 17 6 31, 33 25 0 18
    145 90 24 317, 173 52 7 37, 94 12 6 88, 21 41 3 124"""
)
# Kriston et al. 2008 (Ann Intern Med 149:879): AUDIT-C, the first six studies as printed in the vignette of mada.
AUDIT_C = table("47 101 9 738, 126 272 51 1543, 19 12 10 192, 36 78 3 276, 130 211 19 959, 84 68 2 89")
# Schuetz et al. 2010 (Ann Intern Med 152:167): MRI for coronary artery disease, 19 of the studies as the Cochrane Handbook
# for DTA Reviews distributes them with chapter 10.
MRI = table(
    """7 1 0 1, 12 3 3 1, 21 0 4 3, 42 2 7 39, 17 1 2 6, 18 5 4 13, 11 8 6 33, 42 15 5 7, 30 9 4 9, 56 25 4 18
    20 11 2 13, 18 15 8 27, 15 1 1 3, 13 6 2 8, 17 17 0 43, 34 6 2 8, 42 6 9 56, 10 1 1 7, 32 5 2 23"""
)
# The same for computed tomography, 89 studies: 35 have an empty cell.
CT = table(
    """25 4 0 19, 57 12 2 79, 17 0 0 44, 64 4 0 32, 12 2 0 8, 73 5 0 22, 52 30 3 142, 20 1 0 51, 13 1 1 5, 18 0 1 7
    77 13 7 16, 9 1 0 23, 42 4 12 30, 31 3 2 26, 62 5 4 46, 11 1 0 17, 59 1 1 6, 33 2 3 5, 58 58 1 70, 16 2 1 48
    29 11 6 13, 28 2 1 35, 11 9 0 35, 29 0 1 10, 19 1 1 9, 72 10 13 16, 101 35 1 106, 12 1 1 6, 28 0 0 12, 19 6 0 30
    16 1 0 23, 18 2 0 10, 19 3 2 9, 43 2 2 28, 17 2 0 16, 97 18 16 18, 32 6 2 12, 33 8 1 8, 11 2 2 25, 25 2 1 40
    20 7 1 60, 47 0 0 20, 69 8 2 35, 35 5 1 33, 15 2 1 2, 3 0 0 12, 179 17 12 119, 43 9 0 9, 75 5 2 65, 18 4 0 48
    88 4 0 12, 244 41 2 73, 139 13 24 115, 41 11 10 20, 106 3 0 18, 31 3 0 17, 38 1 0 12, 30 2 5 21, 32 1 0 24, 4 3 1 52
    38 6 1 23, 15 0 3 13, 62 0 0 18, 8 1 1 5, 66 7 0 43, 56 5 4 31, 42 5 5 34, 16 7 1 53, 25 1 0 9, 53 4 1 42
    38 3 2 27, 12 6 1 21, 40 6 0 30, 49 37 0 15, 43 2 0 123, 35 8 6 28, 25 5 1 50, 41 11 1 47, 14 0 1 15, 13 2 0 35
    66 4 0 50, 29 1 2 28, 104 10 4 20, 55 2 0 43, 50 5 1 22, 116 2 2 33, 32 6 4 6, 44 3 1 37, 76 3 1 20"""
)
# Kearon et al. 1998 (Ann Intern Med 128:663): ultrasound for deep venous thrombosis, symptomatic and asymptomatic patients,
# as metadat's dat.kearon1998 has them (tables complete on both sides).
ULTRASOUND = table(
    """325 22 8 483, 20 0 5 29, 25 0 3 23, 22 1 3 24, 70 1 7 142, 40 1 6 18, 27 5 7 36, 25 7 4 28, 40 10 0 27, 39 7 2 29
    75 1 22 59, 49 0 1 50, 33 0 1 75, 20 0 3 64, 94 7 27 346, 22 2 3 45"""
)
ASYMPTOMATIC = table(
    """10 6 15 47, 15 3 9 29, 10 3 4 44, 13 0 10 123, 10 1 22 55, 16 2 45 184, 12 1 37 137, 13 8 13 66, 24 2 18 55, 17 6 10 85
    5 1 17 45, 18 5 13 240, 24 0 4 104, 26 8 29 81"""
)
EXAMPLES = {
    "telomerase": TELOMERASE, "dementia": DEMENTIA, "repeat cytology": REPEAT_CYTOLOGY, "HC2": HC2, "IQCODE": IQCODE,
    "AUDIT-C": AUDIT_C, "MRI": MRI, "CT": CT, "ultrasound": ULTRASOUND, "asymptomatic": ASYMPTOMATIC,
}  # fmt: skip

if __name__ == "__main__":
    import json

    print(json.dumps(EXAMPLES))
