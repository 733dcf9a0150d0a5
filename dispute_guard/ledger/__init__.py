"""Bytes of evidence: their one canonical form and their digest. No Odoo here."""

from .canonical import FORM, canonical_bytes, sha256_hex

__all__ = ["FORM", "canonical_bytes", "sha256_hex"]
