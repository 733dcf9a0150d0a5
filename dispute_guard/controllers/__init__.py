from . import binary
from . import dispute_dossier
from . import dispute_file
from . import dispute_invitation
from . import mail_attachment
