"""A dispute as a set of files that a stranger can read and verify. No Odoo here."""

from .build import write_dossier
from .matter import Content, Custody, DossierError, Exhibit, File, Matter, Withheld

__all__ = [
    "Content",
    "Custody",
    "DossierError",
    "Exhibit",
    "File",
    "Matter",
    "Withheld",
    "write_dossier",
]
