"""Verifies every envelope of a file with the library of in-toto and TUF, which knows nothing of lastword."""
import json
import subprocess
import sys

from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

public, file = sys.argv[1:]
der = subprocess.run(
    ["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"], capture_output=True, check=True
).stdout
for line in open(file):
    envelope = json.loads(line)
    key = SSlibKey(envelope["signatures"][0]["keyid"], "ed25519", "ed25519", {"public": der[-32:].hex()})
    envelope = Envelope.from_dict(envelope)
    envelope.verify([key], 1)
    print(json.loads(envelope.payload)["predicateType"])
