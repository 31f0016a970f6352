"""Machines for the properties of the solver."""

from tests.machines import machine, machine64

__all__ = ["machine", "machine64"]
