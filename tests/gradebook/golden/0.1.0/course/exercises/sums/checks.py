def test_double(student):
    """It doubles."""
    assert student.double(21) == 42
