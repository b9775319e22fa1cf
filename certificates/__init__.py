"""The trusted room of kernelcert: everything that one must believe, and nothing else.

A *statement* says in mathematicians' words what is claimed; a *problem* names the concrete
operator, images, map and constants; a *certificate* is a flat list of steps.  `kernel.verify`
rebuilds the claim from statement and problem, replays the steps through the one table of rules
in `rules`, and reports what was proved, what was assumed and what is believed.

The package imports the Python standard library and itself.  It computes with integers and
rationals only, it searches for nothing, and every refusal is a sentence with an address.

Reading order: format, exact, terms, judgments, language, statements, then the meanings of data
matrices, norms, operators, maps, npy, problem, values, then rules, kernel, show, __main__.
"""
