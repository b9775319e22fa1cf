"""Certificates about sparse recovery by l1 minimisation, Appendix B: a kind of their own."""
