"""Parting what is to be read, so that a few large texts need no more memory than many
small ones."""

MOST_BYTES = 32 << 20


def in_portions(items, size_of, most_bytes=MOST_BYTES, most=None):
    """Yield ``items`` in lists, in their order; an item that is larger comes alone.

    :param size_of: function from an item to its size in bytes
    :param int most: items of a list, at most
    """
    portion, total = [], 0
    for item in items:
        size = size_of(item)
        if portion and (total + size > most_bytes or len(portion) == most):
            yield portion
            portion, total = [], 0
        portion.append(item)
        total += size
    if portion:
        yield portion
