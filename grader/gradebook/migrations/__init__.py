"""How a gradebook's tables became what they are: one alembic revision a module, which never changes again.

To change the tables: change tables.py, add a module here, and add its number to VERSIONS in tables.py.
"""
