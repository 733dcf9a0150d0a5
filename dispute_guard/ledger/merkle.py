"""The Merkle tree of RFC 6962 (section 2): hashes, roots, proofs.

Hashes are ``bytes`` of 32. A subtree ``(level, index)`` is complete: it covers the
``2 ** level`` leaves from ``index * 2 ** level`` on. Proofs ask for subtrees through a
function ``subtree(level, index)``; :func:`stored_subtrees` makes one from what a
database keeps, so that a proof reads a few hundred hashes of a million.
"""

import hashlib

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(data):
    """Return the hash of a leaf that holds ``data`` (bytes)."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    """Return the hash of a node over its two children."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Frontier:
    """A tree that only grows: its size and the roots of its complete subtrees.

    An append costs one hash on average, the root at most as many as the tree is high.
    """

    __slots__ = ("size", "peaks")

    def __init__(self, size=0, peaks=()):
        """:param peaks: roots of the complete subtrees of ``size``, largest first"""
        if len(peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} has not {len(peaks)} complete subtrees")
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf, keep=None):
        """Add the hash of a leaf.

        :param keep: function ``(level, index, hash)`` that is called for each complete
            subtree of two leaves or more that ends with this leaf
        """
        size, peaks, level = self.size, self.peaks, 0
        while size & 1:
            leaf = hashlib.sha256(b"\1" + peaks.pop() + leaf).digest()
            size >>= 1
            level += 1
            if keep:
                keep(level, size, leaf)
        peaks.append(leaf)
        self.size += 1

    def root(self):
        """Return the tree's hash; that of nothing is SHA-256 of no bytes."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, root = self.peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root


def subtrees_of(start, end):
    """Yield the complete subtrees ``(level, index)`` that cover leaves start to end.

    From left to right, each as large as it can be: for a range that a proof asks for
    these are exactly the parts RFC 6962 splits it into.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def frontier_of(size, subtree):
    """The :class:`Frontier` of the first ``size`` leaves."""
    return Frontier(size, [subtree(*each) for each in subtrees_of(0, size)])


def range_hash(start, end, subtree):
    """Hash of the leaves from ``start`` to before ``end``, as a subtree of a proof."""
    *others, root = [subtree(*each) for each in subtrees_of(start, end)]
    for peak in reversed(others):
        root = node_hash(peak, root)
    return root


def inclusion_path(position, size, subtree):
    """The audit path of a leaf (RFC 6962, 2.1.1): hashes from the leaf upwards.

    :raise ValueError: when the tree of ``size`` has no such leaf
    """
    if not 0 <= position < size:
        raise ValueError(f"no leaf {position} in a tree of {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            path.append(range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(range_hash(start, middle, subtree))
            start = middle
    return path[::-1]


def verify_inclusion(leaf, position, size, path, root):
    """Whether ``path`` leads from the ``leaf`` at ``position`` to the ``root``."""
    if not 0 <= position < size:
        return False
    last = size - 1
    for sibling in path:
        if not last:
            return False  # the path is too long
        if position & 1 or position == last:
            leaf = node_hash(sibling, leaf)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        position, last = position >> 1, last >> 1
    return not last and leaf == root


def consistency_path(old, new, subtree):
    """Proof that the tree of ``old`` leaves is the beginning of that of ``new``.

    RFC 6962, 2.1.2. Empty for equal sizes.

    :raise ValueError: unless ``0 < old <= new``
    """
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} is not the beginning of one of {new}")
    path = []
    start, end, is_whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(range_hash(start, middle, subtree))
            start, is_whole = middle, False
    if not is_whole:
        path.append(range_hash(start, end, subtree))
    return path[::-1]


def verify_consistency(old, new, path, old_root, new_root):
    """Whether ``path`` shows the tree of ``old`` leaves to begin that of ``new``."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    path = list(path)
    if old.bit_count() == 1:
        path.insert(0, old_root)
    if not path:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if not last:
            return False  # the path is too long
        if position & 1 or position == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        position, last = position >> 1, last >> 1
    return not last and before == old_root and after == new_root


def stored_subtrees(fetch, bits):
    """Make a function ``subtree(level, index)`` from the hashes that are stored.

    :param fetch: function ``(level, start, end)`` that returns a list of the hashes of
        the subtrees ``start`` to before ``end`` of a level that is a multiple of
        ``bits``; level 0 are the leaves
    """
    known = {}

    def subtree(level, index):
        if (level, index) in known:
            return known[level, index]
        if level % bits == 0:
            # whole rows are read, for what a proof asks for next lies beside it
            first = index >> bits << bits
            row = fetch(level, first, first + (1 << bits))
            known.update(((level, first + at), each) for at, each in enumerate(row))
            if (level, index) not in known:
                raise LookupError(f"no hash of subtree {index} of level {level}")
            return known[level, index]
        found = node_hash(
            subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1)
        )
        known[level, index] = found
        return found

    return subtree


def _split(size):
    """The largest power of two that is smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1
