"""Run once while the image is built: the package is there, or pip brings it."""

import importlib.util
import subprocess
import sys

if importlib.util.find_spec("websockets") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--no-cache-dir", "websockets==15.0.1"], check=True)
