"""The tree is that of RFC 6962: known roots, and proofs checked by its definitions."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    frontier_of,
    inclusion_path,
    leaf_hash,
    node_hash,
    stored_subtrees,
    subtrees_of,
    verify_consistency,
    verify_inclusion,
)

# The test tree of Certificate Transparency: its leaves and the roots of its first
# sizes, as published with the reference implementation of RFC 6962.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def definition(leaves):
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(definition(leaves[:half]), definition(leaves[half:]))


def plain(leaves):
    """``subtree`` of a list of leaves."""
    return lambda level, index: definition(
        leaves[index << level : (index + 1) << level]
    )


def tree_of(number):
    return [leaf_hash(b"%d" % each) for each in range(number)]


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size):
    frontier = Frontier()
    for data in LEAVES[:size]:
        frontier.append(leaf_hash(data))
    assert frontier.root().hex() == ROOTS[size]
    assert frontier.size == size


def test_known_inclusion_path():
    # RFC 6962, 2.1.3: d0 in the tree of seven is [b, h, l]
    leaves = [leaf_hash(data) for data in LEAVES[:7]]
    h = node_hash(leaves[2], leaves[3])
    low = node_hash(node_hash(leaves[4], leaves[5]), leaves[6])
    assert inclusion_path(0, 7, plain(leaves)) == [leaves[1], h, low]
    # d6: [i, k]
    i = node_hash(leaves[4], leaves[5])
    k = definition(leaves[:4])
    assert inclusion_path(6, 7, plain(leaves)) == [i, k]


def test_known_consistency_path():
    # RFC 6962, 2.1.3: from three to seven [c, d, g, l], from four [l], from six
    # [i, j, k]
    leaves = [leaf_hash(data) for data in LEAVES[:7]]
    g = node_hash(leaves[0], leaves[1])
    i = node_hash(leaves[4], leaves[5])
    last = node_hash(i, leaves[6])
    k = definition(leaves[:4])
    assert consistency_path(3, 7, plain(leaves)) == [leaves[2], leaves[3], g, last]
    assert consistency_path(4, 7, plain(leaves)) == [last]
    assert consistency_path(6, 7, plain(leaves)) == [i, leaves[6], k]


def test_a_leaf_is_no_node():
    """The prefixes keep anybody from showing a node as an item."""
    left, right = tree_of(2)
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize("size", [*range(20), 255, 256, 257, 300])
def test_roots_by_definition(size):
    leaves = tree_of(size)
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    assert frontier.root() == definition(leaves)
    restored = frontier_of(size, plain(leaves))
    assert (restored.size, restored.peaks) == (size, frontier.peaks)


def test_complete_subtrees_are_told():
    leaves, told = tree_of(11), {}
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf, lambda level, at, each: told.update({(level, at): each}))
    assert told.keys() == {
        *((1, at) for at in range(5)),
        *((2, at) for at in range(2)),
        (3, 0),
    }
    assert all(plain(leaves)(*each) == found for each, found in told.items())


def test_every_inclusion_proof_of_small_trees():
    for size in range(1, 34):
        leaves = tree_of(size)
        root = definition(leaves)
        for position in range(size):
            path = inclusion_path(position, size, plain(leaves))
            assert verify_inclusion(leaves[position], position, size, path, root)


def test_every_consistency_proof_of_small_trees():
    for new in range(1, 34):
        leaves = tree_of(new)
        root = definition(leaves)
        for old in range(1, new + 1):
            path = consistency_path(old, new, plain(leaves))
            assert verify_consistency(old, new, path, definition(leaves[:old]), root)


@given(st.data(), st.integers(1, 200))
def test_an_altered_proof_proves_nothing(data, size):
    leaves = tree_of(size)
    root = definition(leaves)
    position = data.draw(st.integers(0, size - 1))
    path = inclusion_path(position, size, plain(leaves))
    other = data.draw(st.binary(min_size=32, max_size=32))
    assert not verify_inclusion(other, position, size, path, root)
    assert not verify_inclusion(leaves[position], position, size, path, other)
    assert not verify_inclusion(leaves[position], position, size, [*path, other], root)
    elsewhere = data.draw(st.integers(-1, size + 1).filter(lambda at: at != position))
    assert not verify_inclusion(leaves[position], elsewhere, size, path, root)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:at], other, *path[at + 1 :]]
        assert not verify_inclusion(leaves[position], position, size, changed, root)
        shorter = path[:at] + path[at + 1 :]
        assert not verify_inclusion(leaves[position], position, size, shorter, root)


@given(st.data(), st.integers(2, 200))
def test_a_rewritten_past_is_not_consistent(data, new):
    leaves = tree_of(new)
    old = data.draw(st.integers(1, new - 1))
    path = consistency_path(old, new, plain(leaves))
    forged = list(leaves)
    forged[data.draw(st.integers(0, old - 1))] = leaf_hash(b"forged")
    before = definition(leaves[:old])
    assert not verify_consistency(old, new, path, before, definition(forged))
    forged_path = consistency_path(old, new, plain(forged))
    assert not verify_consistency(old, new, forged_path, before, definition(forged))
    assert not verify_consistency(old, new, [*path, before], before, definition(leaves))
    assert not verify_consistency(old, new, path[:-1], before, definition(leaves))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_subtrees_cover_a_range(one, other):
    start, end = sorted((one, other))
    at = start
    for level, index in subtrees_of(start, end):
        assert index << level == at
        at += 1 << level
    assert at == end


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("size", [1, 5, 16, 17, 100, 256, 300])
def test_proofs_from_what_is_stored(bits, size):
    """Every ``bits``-th level is enough, and little of it is read."""
    leaves = tree_of(size)
    read = []

    def fetch(level, start, end):
        read.append((level, start))
        assert level % bits == 0
        row = range(start, min(end, size >> level))
        return [plain(leaves)(level, index) for index in row]

    for position in {0, size // 2, size - 1}:
        read.clear()
        path = inclusion_path(position, size, stored_subtrees(fetch, bits))
        root = definition(leaves)
        assert verify_inclusion(leaves[position], position, size, path, root)
        assert len(read) == len(set(read)) <= 2 * (size.bit_length() // bits + 1)


def test_a_subtree_that_is_not_stored():
    subtree = stored_subtrees(lambda level, start, end: [], 8)
    with pytest.raises(LookupError, match="no hash of subtree 1 of level 0"):
        inclusion_path(0, 2, subtree)


def test_what_does_not_exist_has_no_proof():
    leaves = tree_of(3)
    for position in (-1, 3):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_path(position, 3, plain(leaves))
    for old in (0, 4):
        with pytest.raises(ValueError, match="not the beginning"):
            consistency_path(old, 3, plain(leaves))
    assert not verify_consistency(0, 3, [], EMPTY_ROOT, definition(leaves))
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(3, leaves)
