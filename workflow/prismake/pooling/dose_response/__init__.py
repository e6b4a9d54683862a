"""Dose-response meta-analysis: curves through the dose groups of each study, pooled.

| module | what it knows |
| --- | --- |
| `effective_counts` | counts that agree with adjusted ratios (Greenland & Longnecker 1992; Hamling et al. 2008) |
| `groups` | a study as contrasts of its dose groups with a reference group, and their covariance: `dose_study` |
| `basis` | the shape of the curve: a line, a parabola, a restricted cubic spline |
| `pooled_curve` | `pool_dose_response`: curves pooled in one stage or in two |
| `moments` | the covariance between studies by the method of moments |
| `curve` | the result: coefficients, tests, the curve against a reference dose, curves of single studies |

Sources: Greenland & Longnecker 1992 (Am J Epidemiol 135:1301-1309); Hamling, Lee, Weitkunat & Ambuehl 2008 (Stat Med
27:954-970); Orsini, Li, Wolk, Khudyakov & Spiegelman 2012 (Am J Epidemiol 175:66-73); Crippa & Orsini 2016 (BMC Med Res
Methodol 16:91; differences in means); Crippa, Discacciati, Bottai, Spiegelman & Orsini 2019 (Stat Methods Med Res
28:1579-1596; one stage).
"""
