from . import dispute_case_release
from . import dispute_signal_dismiss
