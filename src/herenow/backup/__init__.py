"""Backups of a store, which another kind of store can be restored from, and moves from one store to another."""
