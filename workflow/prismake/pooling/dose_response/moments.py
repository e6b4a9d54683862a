"""The covariance between studies by the method of moments, without an assumption of normality.

Jackson, White & Riley 2013 (Biom J 55:231-245), for studies that all have every coefficient: the matrix form of
DerSimonian and Laird, which it is for a single coefficient. It does not depend on the units of the coefficients.
"""

from __future__ import annotations

import numpy as np


def between_studies(b: np.ndarray, S: np.ndarray) -> np.ndarray:
    """T (m, m) from estimates (k, m) with covariances (k, m, m); it may have eigenvalues below zero.

    Q = sum W_i r_i r_i', with r_i the residuals of the fixed-effect mean, has the expectation (k - 1) I + L(T), where L
    is linear in T; T is the solution for the Q that was observed, made symmetric.
    """
    k, m = b.shape
    W = np.linalg.inv(S)
    inverse = np.linalg.inv(W.sum(axis=0))
    r = b - inverse @ np.einsum("imn,in->m", W, b)
    Q = np.einsum("imn,in,io->mo", W, r, r)
    # r_i = sum_j M_ij b_j with M_ij = [i = j] I - (sum W)^-1 W_j, hence L(T) = sum_ij W_i M_ij T M_ij'.
    # The sum over j is that of M_ii and of the others, which do not depend on i apart from W_i.
    mean = inverse @ W
    L = np.zeros((m * m, m * m))
    for own, share in zip(W, mean, strict=True):
        L += np.kron(own @ (np.eye(m) - share), np.eye(m) - share) + np.kron((W.sum(axis=0) - own) @ share, share)
    T = np.linalg.solve(L, (Q - (k - 1.0) * np.eye(m)).ravel()).reshape(m, m)
    return 0.5 * (T + T.T)
