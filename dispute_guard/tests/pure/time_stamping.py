"""A time-stamping authority for tests, made with ``openssl ts``."""

import subprocess

CONFIG = """
[req]
distinguished_name = name
[name]
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


class Authority:
    """A root and an authority below it, with their files in a folder (Path)."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        new_key = ["-newkey", "rsa:2048", "-nodes", "-config", "tsa.cnf"]
        self._openssl(
            *("req", "-x509", *new_key, "-subj", "/CN=Test Root", "-days", "30"),
            *("-extensions", "root", "-keyout", "root.key", "-out", "root.pem"),
        )
        self._openssl(
            *("req", *new_key, "-subj", "/CN=Test Authority"),
            *("-keyout", "tsa.key", "-out", "tsa.csr"),
        )
        self._openssl(
            *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-days", "30"),
            *("-CAkey", "root.key", "-CAcreateserial", "-out", "tsa.pem"),
            *("-extfile", "tsa.cnf", "-extensions", "stamping"),
        )

    @property
    def root_pem(self):
        return (self.folder / "root.pem").read_bytes()

    def answer(self, request):
        """The answer (bytes) to a request (bytes)."""
        (self.folder / "request.tsq").write_bytes(request)
        self._openssl(
            *("ts", "-reply", "-config", "tsa.cnf", "-section", "tsa_config"),
            *("-queryfile", "request.tsq", "-out", "answer.tsr"),
        )
        return (self.folder / "answer.tsr").read_bytes()

    def _openssl(self, *arguments):
        subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=True, capture_output=True
        )
