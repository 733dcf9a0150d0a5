"""Bytes of evidence: canonical form, digests, Merkle log, heads, time-stamps.

No Odoo here. ``python -m ledger`` checks files. Time-stamps stand apart, in
``ledger.timestamp``, for they need a package of their own.
"""

from .canonical import FORM, canonical_bytes, sha256_hex
from .head import (
    Head,
    HeadError,
    head_from_text,
    head_to_text,
    is_signed,
    load_key,
    new_key,
    public_key,
    sign,
)
from .merkle import (
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
from .verify import LogError, Walk, check_lines, explain, read_head, to_line

__all__ = [
    "EMPTY_ROOT",
    "FORM",
    "Frontier",
    "Head",
    "HeadError",
    "LogError",
    "Walk",
    "canonical_bytes",
    "check_lines",
    "consistency_path",
    "explain",
    "frontier_of",
    "head_from_text",
    "head_to_text",
    "inclusion_path",
    "is_signed",
    "leaf_hash",
    "load_key",
    "new_key",
    "node_hash",
    "public_key",
    "read_head",
    "sha256_hex",
    "sign",
    "stored_subtrees",
    "subtrees_of",
    "to_line",
    "verify_consistency",
    "verify_inclusion",
]
