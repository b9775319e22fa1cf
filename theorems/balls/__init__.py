"""Claims for all e with |e| <= r: points that break them, proofs on parts of the ball."""
