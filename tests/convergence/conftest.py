"""Machines for the physics tests."""

from tests.machines import machine, machine64

__all__ = ["machine", "machine64"]
