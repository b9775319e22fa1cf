"""Tests of kernelcert; a package, so that the root is importable without installing."""
