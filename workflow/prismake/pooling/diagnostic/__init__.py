"""Diagnostic accuracy: the bivariate model of sensitivity and specificity in its exact and its normal form.

| module | what it knows |
| --- | --- |
| `two_by_two` | 2 x 2 tables of test result and disease: which side of a study can be used |
| `exact` | the likelihood of the binomial-normal model by adaptive quadrature in two dimensions |
| `binomial`, `normal` | the exact model and the approximate one, each as a `components.Components` |
| `structure` | `pool_accuracy`: which structure the data allow, and what is said where they allow less |
| `accuracy` | the result: summary point, regions, likelihood ratios, predictive values |
| `hsroc` | the equivalent hierarchical summary ROC parameters, and the curve |
| `covariate` | one covariate: `accuracy_regression` |
"""
