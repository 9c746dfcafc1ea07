# SPDX-License-Identifier: Apache-2.0
"""Fakes of services that need an account: they speak the public protocol, keep its documented limits and say what they
would drop. Each names the pages that it follows."""
