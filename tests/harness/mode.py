# SPDX-License-Identifier: Apache-2.0
"""How long the tests may take."""
import os


def soak():
    """./dev soak: everything in full."""
    return os.environ.get("PATRON_SOAK") == "1"
