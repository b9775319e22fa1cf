"""What a program in the page may read: the files of every claim, in elements of data.

The page runs no script.  For one that comes later, a second kernel, it carries an index, the
element `kernelcert-index`, and an element for each file, all `<script type="application/json">`,
which browsers keep and do not run.  docs/report.md describes them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from .collect import Claimed, Item

FORMAT = "kernelcert page 1"
INDEX = "kernelcert-index"


@dataclass
class Embedded:
    """The elements of a page: files by their digests, so that each is there once."""

    largest: int  # bytes of a file that is embedded
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)  # digest -> id, JSON
    results: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, item: Item, place: str, claims: list[tuple[Claimed, str, tuple[str, ...]]]
    ) -> None:
        """A result with its claims, each with its id in the page and the roles of its files."""
        self.results.append(
            {
                "id": place,
                "name": item.name,
                "verdict": item.verdict,
                "claims": [self._claim(*claim) for claim in claims],
                "arrays": [
                    {"name": name, "element": f"{place}-array{n}" * (len(data) <= self.largest)}
                    for n, (name, data) in enumerate(item.arrays.items(), 1)
                ],
            }
        )

    def _claim(self, claim: Claimed, place: str, roles: tuple[str, ...]) -> dict[str, Any]:
        return {
            "id": place,
            "identifier": claim.identifier,
            "verdict": claim.verdict,
            "assumed": list(claim.assumed),
            "module": claim.module,
            "arguments": list(claim.arguments),
            "files": [
                {
                    "role": role,
                    "name": name,
                    "digest": claim.digests[name],
                    "element": self._file(claim.digests[name], data),
                }
                for role, (name, data) in zip(roles, claim.files.items(), strict=True)
            ],
        }

    def _file(self, digest: str, data: bytes) -> str:
        """The id of a file's element; "" for what is too large or is no text."""
        if digest in self.texts:
            return self.texts[digest][0]
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return ""
        if len(data) > self.largest:
            return ""
        self.texts[digest] = (f"file{len(self.texts) + 1}", _json(text))
        return self.texts[digest][0]

    def elements(self) -> Markup:
        """All of them as HTML, the index first."""
        index = _json({"format": FORMAT, "results": self.results})
        found = [(INDEX, index), *self.texts.values()]
        lines = [
            f'<script type="application/json" id="{key}">{text}</script>' for key, text in found
        ]
        return Markup("\n".join(lines))


def _json(value: object) -> str:
    """JSON that no text can break out of: `<`, `>` and `&` are written as escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
