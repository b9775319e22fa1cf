"""Random noise: a claim for all e of a ball, and the probability that the noise lies in it.

The first is a certificate of the logic (`certificates.kernel`), the second a bound that is found
here; together they say that what holds for all e of the ball holds with this probability.
"""
