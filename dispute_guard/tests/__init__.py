from . import test_bad_mail
from . import test_gateway
from . import test_policy
from . import test_signal
