"""What the robust null space property gives: the constants C1 and C2 of (B.2).

For H unitary, B = A H* with the property of order s, any x, any e with |e|_l2 <= eta, and *every*
minimiser x^ of |H z|_l1 subject to |A z - (A x + e)|_l2 <= eta,

    |x^ - x|_l2  <=  C1 sigma_s(H x)_l1 / sqrt(s) + C2 eta.

The known constants are C1 = 2 (1 + rho)^2 / (1 - rho) and C2 = 2 (3 + rho) gamma / (1 - rho)
(Foucart and Rauhut, A Mathematical Introduction to Compressive Sensing, 2013, Theorem 4.25; the
same theorem is Theorem 5.17 of Adcock and Hansen, Compressive Imaging, 2021).  Proved and used
here are smaller ones.

Let a free number k > 0 be given, and let the property be "l2".  Then

    C1 = (k rho + (1 + rho) / k) / (1 - rho),      C2 = gamma (k + 2 / k) / (1 - rho).

Proof.  v = H (x^ - x), b = |B v| = |A (x^ - x)| <= |A x^ - y| + |e| <= 2 eta, g = sqrt(s) gamma b,
sigma = sigma_s(H x)_l1 with the best s terms in S.  All norms of v are those of x^ - x.

(1) x is feasible, because |e| <= eta, so |H x^|_l1 <= |H x|_l1.  On S the first is at least
    |(H x)_S| - |v_S|, off S at least |v_Sc| - sigma.  Hence |v_Sc|_l1 <= |v_S|_l1 + 2 sigma.
(2) For every |T| <= s: |v_T|_l1 <= sqrt(s) |v_T|_l2 <= rho |v_Tc|_l1 + g.  With (1), for T = S:
    |v_Sc|_l1 <= (2 sigma + g) / (1 - rho).
(3) Let T be the s largest entries of v, p = |v_T|_l1, q = |v_Tc|_l1.  T has the largest p of all,
    so q <= |v_Sc|_l1 <= (2 sigma + g) / (1 - rho).
(4) No entry off T exceeds the mean p / s of those in T, so |v_Tc|_l2^2 <= q p / s; and
    sqrt(s) |v_T|_l2 <= rho q + g =: P, p <= P.  So s |v|_l2^2 <= P^2 + P q = P (P + q).
(5) By (3), P <= (2 rho sigma + g) / (1 - rho) and P + q <= (2 (1 + rho) sigma + 2 g) / (1 - rho),
    and sqrt(X Y) <= (k X + Y / k) / 2.  Divide by sqrt(s): the coefficients of sigma / sqrt(s) and
    of gamma b are (k rho + (1 + rho) / k) / (1 - rho) and (k / 2 + 1 / k) / (1 - rho); b <= 2 eta.

For "l1" let g = gamma b.  (2) and (3) are the same; |v_T|_l2 <= p <= P, and |v|_l2^2 <=
p^2 + p q / s <= P (P + q / s), P + q / s <= (2 (rho + 1/s) sigma + (1 + 1/s) g) / (1 - rho):

    C1 = sqrt(s) (k rho + (rho + 1/s) / k) / (1 - rho),
    C2 = gamma (k + (1 + 1/s) / k) / (1 - rho).

Only |e| + (the decoder's parameter) enters C2 eta, as 2 eta; a parameter below |e| may leave x
infeasible, and then (1) fails and nothing is said.
"""

from __future__ import annotations

from fractions import Fraction

from ..format import Rejected
from .null_space import Constants


def bounds(found: Constants, balance: Fraction) -> tuple[Fraction, Fraction]:
    """C1^2 and C2 of the proof above, with k = `balance`.

    Raises Rejected unless k > 0 and rho < 1.
    """
    if balance <= 0 or found.rho >= 1:
        raise Rejected("the bounds need rho < 1 and a balance > 0")
    rho, s = found.rho, found.order
    inverse, left = Fraction(1, balance), Fraction(1, 1 - rho)
    if found.norm == "l2":
        first = (balance * rho + (1 + rho) * inverse) * left
        return first**2, found.gamma * (balance + 2 * inverse) * left
    more = rho + Fraction(1, s)
    first = (balance * rho + more * inverse) * left
    return s * first**2, found.gamma * (balance + (1 + Fraction(1, s)) * inverse) * left


def recovers(found: Constants, balance: Fraction, c1: Fraction, c2: Fraction) -> None:
    """The bound with C1 and C2 follows from the property.  Raises Rejected if it does not."""
    square, second = bounds(found, balance)
    if c1 < 0 or square > c1 * c1 or second > c2:
        raise Rejected("C1 or C2 is below what rho, gamma and the balance give")
