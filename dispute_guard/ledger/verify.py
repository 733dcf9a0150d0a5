"""Checking a log: one walk from the first item to the last, in little memory."""

import json
from itertools import pairwise

from .head import HeadError, head_from_record, is_signed
from .merkle import Frontier, leaf_hash, verify_inclusion

MOST_NOTES = 100
MOST_TRIES = 256  # items between two heads up to which guesses are tried

WORDS = {
    "edited": "item {position} is not what was put into the log",
    "missing": "item {position} is missing",
    "inserted": "item {position} was put in afterwards",
    "reordered": "item {position} does not stand where it stood",
    "changed": "of items {position} to {last} something was changed, taken out or put "
    "in: the head of {time} does not fit them",
    "cut": "the log ends before item {position}, its head of {time} counts {size}",
    "rewritten": "the first {size} items are not those of the head of {time} that was "
    "kept outside",
    "head": "the head after item {position} is damaged: {reason}",
    "signature": "the head of {time} ({size} items) is not signed with its key",
    "node": "the hash kept of the tree over items {position} to {last} is damaged",
    "token": "the time-stamp of the head of {size} items does not hold: {reason}",
    "file": "file {sha256} of item {position} is {what}",
    "proof": "the proof for item {position} does not lead to the head of {size} items",
}


class LogError(ValueError):
    """The first thing that is wrong with a log.

    :param kind: key of ``WORDS``
    :param position: the first bad item, or the first of which nothing is known; None
        where all items are as they should be
    :param facts: what else the words name
    """

    def __init__(self, kind, position, **facts):
        self.kind = kind
        self.position = position
        self.facts = facts
        super().__init__(WORDS[kind].format(position=position, **facts))


def read_head(canonical):
    """The :class:`Head` of its canonical text.

    :raise HeadError: when it is none, or not in the canonical form
    """
    try:
        head = head_from_record(json.loads(canonical))
    except ValueError as error:
        raise HeadError(f"not a tree head: {error}") from error
    if head.data != canonical.encode():
        raise HeadError("the text is not in its canonical form")
    return head


class Walk:
    """A walk along a log and its heads.

    ``frontier`` is the tree so far, ``head`` the newest head that fitted, ``heads``
    how many did, ``agreed`` the frontier there, ``met`` which of the heads from outside
    fitted, and ``notes`` what is worth knowing although it breaks nothing:
    ``(kind, head)`` with the kinds ``key`` (signed with another key than the head
    before), ``clock`` (earlier than the head before) and ``unsigned``.
    """

    def __init__(self, heads, outside=()):
        """
        :param heads: iterable of ``(canonical text, signature)``, by their order; it
            may raise HeadError for one that is damaged
        :param outside: list of ``(Head, signature)`` that were kept elsewhere
        """
        self.frontier = Frontier()
        self.agreed = Frontier()
        self.head = None
        self.heads = 0
        self.notes = []
        self.met = []
        self.log = None
        self._outside = sorted(outside, key=lambda one: one[0].size)
        self._stored = iter(heads)
        self._next = None
        self._begun = False

    def add(self, leaf, keep=None):
        """Go on by the hash of one leaf; ``keep`` as of :meth:`Frontier.append`.

        :raise LogError: when a head does not fit the items so far
        """
        self._begin()
        self.frontier.append(leaf, keep)
        self._meet()

    def finish(self):
        """Say that there are no more items.

        :raise LogError: when a head knows of more
        """
        self._begin()
        ahead = [self._next[0]] if self._next else []
        ahead += [head for head, _signature in self._outside]
        for head in ahead:
            raise LogError(
                "cut", self.frontier.size, size=head.size, time=head.time, head=head
            )

    def _begin(self):
        if not self._begun:
            self._begun = True
            self._next = self._read()
            self._meet()

    def _meet(self):
        size = self.frontier.size
        while self._next and self._next[0].size == size:
            self._pass(*self._next)
            self._next = self._read()
        while self._outside and self._outside[0][0].size == size:
            self._compare(*self._outside.pop(0))

    def _read(self):
        """The next stored head and its signature, or None."""
        try:
            for canonical, signature in self._stored:
                head = read_head(canonical)
                if head.size < self.frontier.size:
                    raise HeadError("it counts fewer items than the head before")
                if self.log not in (None, head.log):
                    raise HeadError("it is of another log")
                if head.previous != (self.head.digest if self.head else ""):
                    raise HeadError("it does not follow the head before")
                self.log = head.log
                return head, signature
        except HeadError as error:
            raise LogError("head", self.frontier.size, reason=error) from error
        return None

    def _pass(self, head, signature):
        if head.root != self.frontier.root().hex():
            raise LogError(
                "changed",
                self.agreed.size,
                last=head.size - 1,
                size=head.size,
                time=head.time,
                head=head,
            )
        self._check_signature(head, signature)
        if self.head:
            if head.key != self.head.key:
                self._note("key", head)
            if head.time < self.head.time:
                self._note("clock", head)
        self.head = head
        self.heads += 1
        self.agreed = Frontier(self.frontier.size, self.frontier.peaks)

    def _check_signature(self, head, signature):
        if not head.key:
            self._note("unsigned", head)
        elif not is_signed(head.data, signature, head.key):
            raise LogError("signature", head.size, size=head.size, time=head.time)

    def _compare(self, head, signature):
        self._check_signature(head, signature)
        is_same_log = self.log in (None, head.log)
        if not is_same_log or head.root != self.frontier.root().hex():
            raise LogError("rewritten", 0, size=head.size, time=head.time, head=head)
        self.met.append(head)

    def _note(self, kind, head):
        if len(self.notes) < MOST_NOTES:
            self.notes.append((kind, head))


def explain(agreed, rows, head, strays=()):
    """What was done to the items after a head that fits, so that the next does not.

    :param Frontier agreed: the tree at the head that fits
    :param list rows: ``(number, hash of the leaf)`` by position, of the items from
        there on; the numbers ascended with the positions when they were stored
    :param Head head: the one that does not fit
    :param strays: hashes of leaves that stand in no log but should
    :return: ``(kind, position)``; the kind ``changed`` and the first position when it
        cannot be told
    """
    count = head.size - agreed.size
    leaves = [leaf for _number, leaf in rows]
    ordered = [leaf for _number, leaf in sorted(rows)]

    def fits(candidate):
        tree = Frontier(agreed.size, agreed.peaks)
        for leaf in candidate[:count]:
            tree.append(leaf)
        return tree.root().hex() == head.root

    if count <= MOST_TRIES:
        for at, (one, other) in enumerate(pairwise(rows)):
            if one[0] > other[0] and fits(leaves[:at] + leaves[at + 1 :]):
                return "inserted", agreed.size + at
    if ordered != leaves and fits(ordered):
        first = next(at for at, each in enumerate(ordered) if each != leaves[at])
        return "reordered", agreed.size + first
    if count <= MOST_TRIES:
        for stray in strays:
            for at in range(count):
                if fits([*leaves[:at], stray, *leaves[at:]]):
                    return "missing", agreed.size + at
    return "changed", agreed.size


def check_lines(lines, outside=()):
    """Check a log, or parts of it with proofs, from lines of JSON.

    Lines are ``{"item": {"position", "canonical"}}`` by position,
    ``{"head": {"canonical", "signature"}}`` in their order and
    ``{"proof": {"canonical", "position", "size", "path"}}``. With items, the whole log
    is checked; proofs need the head of their size.

    :return: dict of what was found right: ``items``, ``proofs``, ``heads``, ``last``
        (the newest head that fits), ``notes``
    :raise LogError: at the first thing that is wrong
    :raise ValueError: for a line that cannot be read
    """
    items, heads, proofs = [], [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            [(kind, value)] = json.loads(line).items()
            if kind == "item":
                items.append(
                    (value["position"], leaf_hash(value["canonical"].encode()))
                )
            elif kind == "head":
                heads.append((value["canonical"], value["signature"]))
            else:
                proofs.append({"proof": value}[kind])
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise ValueError(f"line {number} is not of this format: {error}") from error
    found = {"items": len(items), "proofs": len(proofs), "heads": len(heads)}
    if items or not proofs:
        walk = Walk(heads, outside)
        for expected, (position, leaf) in enumerate(items):
            if position != expected:
                raise LogError("missing", expected)
            walk.add(leaf)
        walk.finish()
        found |= {"last": walk.head, "notes": walk.notes}
    check_proofs(proofs, heads)
    return found


def check_proofs(proofs, heads):
    """Check ``proofs`` (dicts as in :func:`check_lines`) against signed ``heads``."""
    roots = {}
    for canonical, signature in heads if proofs else ():
        head = read_head(canonical)
        if head.key and not is_signed(head.data, signature, head.key):
            raise LogError("signature", head.size, size=head.size, time=head.time)
        roots[head.size] = bytes.fromhex(head.root)
    for proof in proofs:
        leaf = leaf_hash(proof["canonical"].encode())
        path = [bytes.fromhex(each) for each in proof["path"]]
        position, size = proof["position"], proof["size"]
        if not verify_inclusion(leaf, position, size, path, roots.get(size)):
            raise LogError("proof", position, size=size)


def to_line(kind, **values):
    """One line of the format that :func:`check_lines` reads."""
    return json.dumps({kind: values}, ensure_ascii=False)
