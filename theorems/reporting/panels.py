"""A sentence for each panel of pictures: what it shows, and what is good or bad about it."""

from __future__ import annotations

DIFFERENCE = (
    "A difference, drawn around zero: middle grey is zero, and what stands out was put there or "
    "taken away. Here it is the detail that the reconstruction adds where the truth has none: an "
    "even grey would be good, the shape of a detail is bad."
)

# the start of a panel's title, and the sentence
SAID = (
    ("truth", "The truth without the detail. A good reconstruction of A x looks like this."),
    ("with detail", "The truth with the detail that A hardly sees; compare what comes out."),
    ("transferred", DIFFERENCE),
    (
        "Psi(A(x + x_det))",
        "The reconstruction from measurements of the image with the detail. Good if it shows the "
        "detail, as the number under it says.",
    ),
    (
        "Psi(A x')",
        "The reconstruction from almost the same measurements as the one beside it. Bad if the two "
        "differ much: then the map is unstable.",
    ),
    (
        "Psi(A x)",
        "The reconstruction from measurements of the image without the detail. Good if it equals "
        "that image; bad, a hallucination, if it shows a detail that is not there.",
    ),
    ("x in T", "A member of the set on which the map performs well."),
    ("x + x_det", "A new image, the member of the set with the detail; compare what comes out."),
    ("x'", "The other image. Its measurements are almost those of x."),
    ("x", "The image that was measured."),
)


# where no detail is spoken of
PLAIN = {
    "Psi(A x)": "What the map makes of the measurements of x. Good if it equals x; what differs "
    "is an error.",
    "x": "The image that was measured.",
}


def sentence(title: str, difference: bool, detail: bool = True, pair: bool = False) -> str:
    """What a panel shows; its neighbours speak of a detail x_det, or of a pair of images x, x'."""
    if not detail and title in PLAIN:
        return PLAIN[title]
    for start, words in SAID if detail or pair else ():
        if title == start or title.startswith((start + " ", start + ":", start + ",")):
            return words
    if difference:
        return DIFFERENCE.split(" Here", maxsplit=1)[0]
    if "(" in title:
        return "The value of a map of the claim; the closer to the truth beside it, the better."
    return "A vector of the claim, as an image on the grey scale of its neighbours."
