"""A BagIt bag (RFC 8493) written as a ZIP in one pass.

Nothing is compressed and every time is the same, so equal contents give equal bytes on
every machine: the output of compressors differs between versions of zlib.
"""

import hashlib
import zipfile

TIME = (1980, 1, 1, 0, 0, 0)
# From this size on an entry needs the fields of ZIP64; below they are left out.
_LARGE = 2**31 - 1


class Bag:
    """Writes the bag ``name`` to the seekable binary file ``target``."""

    def __init__(self, target, name):
        self.name = name
        self.payload_bytes = 0
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED)
        self._payload = {}
        self._tags = {}

    def add(self, path, chunks, size=_LARGE):
        """Store ``chunks`` as ``data/path``.

        :param str path: relative, with safe names only
        :param chunks: iterable of bytes
        :param int size: expected length in bytes; more is possible from 2 GiB on
        :return: (length in bytes, SHA-256 as hex)
        """
        path = f"data/{path}"
        if path in self._payload:
            raise ValueError(f"{path} stands in the bag already")
        length, sha256, sha512 = self._write(path, chunks, size)
        self._payload[path] = sha512
        self.payload_bytes += length
        return length, sha256

    def add_text(self, path, text):
        data = text.encode()
        return self.add(path, [data], len(data))

    def close(self, info):
        """Write manifests and tags; ``info`` are the lines of ``bag-info.txt``."""
        info = {
            **info,
            "Payload-Oxum": f"{self.payload_bytes}.{len(self._payload)}",
        }
        self._add_tag(
            "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        )
        self._add_tag(
            "bag-info.txt",
            "".join(
                f"{name}: {' '.join(value.split())}\n" for name, value in info.items()
            ),
        )
        self._add_tag("manifest-sha512.txt", _manifest(self._payload))
        self._add_tag("tagmanifest-sha512.txt", _manifest(self._tags))
        self.release()

    def release(self):
        """Let go of the target, also when writing was broken off; safe to repeat."""
        self._zip.close()

    def _add_tag(self, name, text):
        self._tags[name] = self._write(name, [text.encode()], 0)[2]

    def _write(self, path, chunks, size):
        entry = zipfile.ZipInfo(f"{self.name}/{path}", TIME)
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        length = 0
        digests = hashlib.sha256(), hashlib.sha512()
        with self._zip.open(entry, "w", force_zip64=size >= _LARGE) as stream:
            for chunk in chunks:
                length += len(chunk)
                for digest in digests:
                    digest.update(chunk)
                stream.write(chunk)
        return length, digests[0].hexdigest(), digests[1].hexdigest()


def _manifest(digests):
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
