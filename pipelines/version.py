# Prints which versions of packages are installed: version.py PACKAGE...
import importlib.metadata
import sys

print(*(f"{name} {importlib.metadata.version(name)}" for name in sys.argv[1:]))
