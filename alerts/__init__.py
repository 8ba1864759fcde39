"""Bulletins and the ways they reach people."""
