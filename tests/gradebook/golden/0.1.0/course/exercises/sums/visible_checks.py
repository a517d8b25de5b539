def test_double_of_one(student):
    """It doubles one."""
    assert student.double(1) == 2
