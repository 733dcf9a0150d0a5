import errno

import pytest

from devkit import errors


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("tar: write error: No space left on device", "the disk is full"),
        ("W: Temporary failure resolving 'mirror'", "no network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "a download is broken"),
        ("E: Failed to fetch x.deb  Hash Sum mismatch", "a download is broken"),
        ("error: command 'g++' failed: No such file or directory", "missing compiler"),
        (
            "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
            "missing compiler",
        ),
        ("ERROR: No matching distribution found for lxml==5.4.0", "has no lxml==5.4.0"),
        ("PermissionError: [Errno 13] Permission denied: '/x'", "permission denied /x"),
    ],
)
def test_cause_is_told_from_output(output, why):
    found, mend = errors.cause_of(output)
    assert why in found
    assert mend


def test_unknown_output_tells_no_cause():
    assert errors.cause_of("Something else went wrong") is None


def test_failure_is_one_line_with_what_why_and_mend():
    full = OSError(errno.ENOSPC, "No space left on device", "/x/y")
    line = str(errors.from_os_error(full, "cannot unpack"))
    assert line.startswith("cannot unpack: No space left on device /x/y. Free some")
    assert "\n" not in line
