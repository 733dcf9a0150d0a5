from . import dispute_case_release
from . import dispute_lapse_excuse
from . import dispute_screening_transfer
from . import dispute_screening_trial
from . import dispute_signal_dismiss
from . import dispute_signal_note
from . import dispute_speaker_correct
