"""What a student receives: stubs, packed files, model solutions."""
