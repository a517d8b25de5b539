"""The migrations of the gradebook's tables: one alembic revision per module, which never changes again.

To change the tables: change rows.py, add a module here, and add its number to VERSIONS in rows.py.
"""
