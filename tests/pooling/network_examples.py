"""Published networks of treatments; docs/validation.md says against which texts each was compared."""

from __future__ import annotations

# Senn, Gavini, Magrez and Scheen, Stat Methods Med Res 2013;22:169-189: change of HbA1c in %, with its standard error, of the
# first against the second treatment. All 28 rows follow from the means, SDs and sizes of metadat's dat.senn2013 (file
# data-raw/dat.senn2013.txt); page and table of the paper were not seen. metf metformin, plac placebo, acar acarbose, rosi rosiglitazone, piog pioglitazone,
# sulf sulfonylurea, sita sitagliptin, vild vildagliptin, migl miglitol, benf benfluorex. Willms 1999 has three arms.
DIABETES = [
    ("DeFronzo 1995", "metf", "plac", -1.90, 0.1414),
    ("Lewin 2007", "metf", "plac", -0.82, 0.0992),
    ("Willms 1999", "metf", "acar", -0.20, 0.3579),
    ("Davidson 2007", "rosi", "plac", -1.34, 0.1435),
    ("Wolffenbuttel 1999", "rosi", "plac", -1.10, 0.1141),
    ("Kipnes 2001", "piog", "plac", -1.30, 0.1268),
    ("Kerenyi 2004", "rosi", "plac", -0.77, 0.1078),
    ("Hanefeld 2004", "piog", "metf", 0.16, 0.0849),
    ("Derosa 2004", "piog", "rosi", 0.10, 0.1831),
    ("Baksi 2004", "rosi", "plac", -1.30, 0.1014),
    ("Rosenstock 2008", "rosi", "plac", -1.09, 0.2263),
    ("Zhu 2003", "rosi", "plac", -1.50, 0.1624),
    ("Yang 2003", "rosi", "metf", -0.14, 0.2239),
    ("Vongthavaravat 2002", "rosi", "sulf", -1.20, 0.1436),
    ("Oyama 2008", "acar", "sulf", -0.40, 0.1549),
    ("Costa 1997", "acar", "plac", -0.80, 0.1432),
    ("Hermansen 2007", "sita", "plac", -0.57, 0.1291),
    ("Garber 2008", "vild", "plac", -0.70, 0.1273),
    ("Alex 1998", "metf", "sulf", -0.37, 0.1184),
    ("Johnston 1994", "migl", "plac", -0.74, 0.1839),
    ("Johnston 1998a", "migl", "plac", -1.41, 0.2235),
    ("Kim 2007", "rosi", "metf", 0.00, 0.2339),
    ("Johnston 1998b", "migl", "plac", -0.68, 0.2828),
    ("Gonzalez-Ortiz 2004", "metf", "plac", -0.40, 0.4356),
    ("Stucci 1996", "benf", "plac", -0.23, 0.3467),
    ("Moulin 2006", "benf", "plac", -1.01, 0.1366),
    ("Willms 1999", "metf", "plac", -1.20, 0.3758),
    ("Willms 1999", "acar", "plac", -1.00, 0.4669),
]

# Franchini et al., J Clin Epidemiol 2012;65:1289-1297, and NICE DSU Technical Support Document 2 (Dias et al. 2011, updated
# 2016), example 5: lost work time in Parkinson's disease; study, treatment, mean, SD, participants. As metadat's
# dat.franchini2012 has them (file data-raw/dat.franchini2012.txt); the papers' own tables were not seen.
PARKINSON = [
    ("Lieberman 1998", "placebo", -1.22, 3.70, 54),
    ("Lieberman 1998", "ropinirole", -1.53, 4.28, 95),
    ("Lieberman 1997", "placebo", -0.70, 3.70, 172),
    ("Lieberman 1997", "pramipexole", -2.40, 3.40, 173),
    ("Guttman 1997", "placebo", -0.30, 4.40, 76),
    ("Guttman 1997", "pramipexole", -2.60, 4.30, 71),
    ("Guttman 1997", "bromocriptine", -1.20, 4.30, 81),
    ("Brunt 2002, group A", "ropinirole", -0.24, 3.00, 128),
    ("Brunt 2002, group A", "bromocriptine", -0.59, 3.00, 72),
    ("Brunt 2002, group B", "ropinirole", -0.73, 3.00, 80),
    ("Brunt 2002, group B", "bromocriptine", -0.18, 3.00, 46),
    ("Gershanik 1994b", "bromocriptine", -2.20, 2.31, 137),
    ("Gershanik 1994b", "cabergoline", -2.50, 2.18, 131),
    ("Gershanik 1994a", "bromocriptine", -1.80, 2.48, 154),
    ("Gershanik 1994a", "cabergoline", -2.10, 2.99, 143),
]
