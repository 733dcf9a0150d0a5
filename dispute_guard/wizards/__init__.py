from . import dispute_signal_dismiss
