"""What a student receives: stubs and packed files."""
