# SPDX-License-Identifier: Apache-2.0
"""The black-box harness: a real daemon on a temporary folder, spoken to as its users speak to it."""
